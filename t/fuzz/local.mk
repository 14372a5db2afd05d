# t/fuzz
