# t/system
