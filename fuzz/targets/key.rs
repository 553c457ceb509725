#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| regcred_fuzz::hold("key", data));
