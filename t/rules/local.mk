# t/rules
