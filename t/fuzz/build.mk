# build.mk - all fuzz targets for one engine, in t/fuzz/ENGINE of the build
#
# Called by t/fuzz/local.mk in the top build folder.  Everything that is fuzzed
# is compiled once, into one archive; each t/fuzz/fuzz_NAME.c becomes a target
# that is linked with it.  ENGINE is
#	libfuzzer	libFuzzer with ASan and UBSan: what make check runs
#	afl		the same harness under AFL++, persistent
#	coverage	replays inputs and counts the branches they take

fuzz-engine:
include Makefile

fuzz_dir = t/fuzz/$(ENGINE)
fuzz_targets = $(patsubst $(srcdir)/t/fuzz/%.c,$(fuzz_dir)/%,\
	$(wildcard $(srcdir)/t/fuzz/fuzz_*.c))
fuzz_objects = $(patsubst %.c,$(fuzz_dir)/%.o,$(FUZZED) \
	$(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/t/fuzz/grammar*.c)))
fuzz_checks = -fsanitize=address,undefined -fno-sanitize-recover=all

fuzz_cc_libfuzzer = $(CLANG)
fuzz_compile_libfuzzer = $(fuzz_checks) -fsanitize=fuzzer-no-link
fuzz_link_libfuzzer = $(fuzz_checks) -fsanitize=fuzzer
fuzz_cc_afl = afl-clang-fast
fuzz_compile_afl = $(fuzz_checks)
fuzz_link_afl = $(fuzz_checks) -fsanitize=fuzzer
fuzz_cc_coverage = $(CLANG)
fuzz_compile_coverage = -fprofile-instr-generate -fcoverage-mapping
fuzz_link_coverage = $(fuzz_compile_coverage) -fsanitize=fuzzer

fuzz_flags = -std=c11 -O1 -gline-tables-only -fno-omit-frame-pointer \
	$(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(OPENSSL_CFLAGS) $(CRYPT_CFLAGS) \
	$(SQLITE_CFLAGS) $(GSASL_CFLAGS) $(PWQUALITY_CFLAGS)
fuzz_libs = $(JANSSON_LIBS) $(OPENSSL_LIBS) $(SQLITE_LIBS) $(GSASL_LIBS) \
	$(CRYPT_LIBS) $(PWQUALITY_LIBS)

fuzz-engine: $(fuzz_targets)

$(fuzz_dir)/%.o: $(srcdir)/%.c
	@mkdir -p $(@D)
	@$(fuzz_cc_$(ENGINE)) $(fuzz_flags) $(fuzz_compile_$(ENGINE)) \
	    -MMD -MP -c -o $@ $<

$(fuzz_dir)/libfuzzed.a: $(fuzz_objects)
	@rm -f $@
	@$(AR) cr $@ $(fuzz_objects)

$(fuzz_targets): $(fuzz_dir)/fuzz_%: $(fuzz_dir)/t/fuzz/fuzz_%.o \
    $(fuzz_dir)/libfuzzed.a
	@$(fuzz_cc_$(ENGINE)) $(fuzz_link_$(ENGINE)) -Wl,--as-needed -o $@ $^ \
	    $(fuzz_libs)

.PRECIOUS: $(fuzz_dir)/%.o
.PHONY: fuzz-engine
-include $(fuzz_objects:.o=.d) \
	$(fuzz_targets:$(fuzz_dir)/%=$(fuzz_dir)/t/fuzz/%.d)
