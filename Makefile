# make              the programs, in build/bin; packages that are missing come first (scripts/setup)
# make demo         the main job, shown: a bundle is made and run
# make test         all tests; `make unit T=options`, `make bats T=spec` for a part of them
# make SAN=1 test   the same with the address and undefined-behaviour sanitizers, in build-san
# make test-engines the same scenarios with our runtime and with runc, by Debian's podman, containerd and dockerd
# make test-vm      the same tests under Debian's cloud kernel with pure cgroup v2, in QEMU (scripts/vm)
# make bench-shim   what a shim costs, in a table (scripts/bench-shim); bench-spine: bringing and running an image
# make lint         scripts/tidy, clang-format, clang-tidy, shellcheck; `make format` mends the layout
# make install      into DESTDIR, PREFIX
# make clean        V=1 with any of them shows the commands

PREFIX   ?= /usr/local
# Our time is spent in the kernel: small code is as fast, and less of it is read and mapped.
CXXFLAGS ?= -Os -g

ifeq ($(origin CXX),default)
CXX := $(if $(shell command -v ccache),ccache )g++
endif
ifeq ($(filter -j% --jobserver%,$(MAKEFLAGS)),)
MAKEFLAGS += --jobs=$(shell nproc)
endif
MAKEFLAGS += --no-builtin-rules

Q     := $(if $V,,@)
B     := build$(if $(SAN),-san)
# -Wno-restrict: g++ 12 warns of its own std::string (GCC bug 105329)
FLAGS := -std=c++23 -I. -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wconversion -Werror -Wno-restrict -fPIE \
         -fstack-protector-strong -fcf-protection -ffunction-sections -fdata-sections \
         -ffile-prefix-map=$(CURDIR)=.
# Relative relocations in their short form: a tenth of the program, and less to read at each start.
LINK  := -Wl,--fatal-warnings -Wl,-z,relro,-z,now -Wl,-z,pack-relative-relocs
ifdef SAN
FLAGS  += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
STATIC := -pie
else
FLAGS  += -D_FORTIFY_SOURCE=2
STATIC := -static-pie
NO_UNWINDING := -fno-asynchronous-unwind-tables
endif

# The rooms. scripts/tidy holds their includes to the floors.
spec    := $(wildcard spec/*.cpp)
sys     := $(wildcard sys/*.cpp)
runtime := $(filter-out runtime/main.cpp,$(wildcard runtime/*.cpp runtime/*/*.cpp))
shim    := $(filter-out shim/main.cpp,$(wildcard shim/*.cpp shim/*/*.cpp))
fetcher := $(filter-out fetcher/main.cpp,$(wildcard fetcher/*.cpp fetcher/*/*.cpp))
image   := $(filter-out image/main.cpp,$(wildcard image/*.cpp image/*/*.cpp))
tests   := $(wildcard tests/*/*_test.cpp)
object   = $(patsubst %.cpp,$B/obj/%.o,$(1))

.PHONY: all test test-engines test-vm unit bats tidy demo bench-shim bench-spine lint format install clean FORCE
.DELETE_ON_ERROR:
.SUFFIXES:
all: $B/bin/runtime $B/bin/shim $B/bin/image $B/bin/fetcher

$B/bin/runtime: $(call object,runtime/main.cpp $(runtime) $(sys) $(spec))
$B/bin/runtime: LIBS := $(STATIC) -Wl,--gc-sections -lseccomp -lcap -lyajl_s
$B/bin/shim: $(call object,shim/main.cpp $(shim) $(sys) $(spec))
$B/bin/shim: LIBS := $(STATIC) -Wl,--gc-sections -lyajl_s
# libcurl cannot be static in Debian, so these two are dynamic.
fetches := -larchive -lcurl -lpsl -lcrypto -lcap -lseccomp -lyajl
unpacks := $(fetches) -lisal -lzstd -lsqlite3
$B/bin/image: $(call object,image/main.cpp $(image) $(fetcher) $(sys) $(spec))
$B/bin/image: LIBS := -pie -Wl,--gc-sections $(unpacks)

$B/bin/fetcher: $(call object,fetcher/main.cpp $(fetcher) $(sys) $(spec))
$B/bin/fetcher: LIBS := -pie -Wl,--gc-sections $(fetches)

# Product code throws nothing; Criterion's tests need exceptions, and its macros convert freely.
$B/bin/tests: $(call object,$(tests) $(runtime) $(image) $(fetcher) $(sys) $(spec))
$B/bin/tests: LIBS := -pie $(unpacks) -lcriterion
$B/obj/tests/%: MODE := -Wno-conversion
$B/obj/%: MODE := -fno-exceptions -fno-rtti $(NO_UNWINDING)

$B/bin/%:
	@mkdir -p $(@D) && echo "link $@"
	$Q$(CXX) $(CXXFLAGS) $(FLAGS) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
$B/obj/%.o: %.cpp | $B/ready-to-build
	@mkdir -p $(@D) && echo "c++  $<"
	$Q$(CXX) $(CXXFLAGS) $(FLAGS) $(MODE) -MMD -MP -c -o $@ $<
$(call object,$(tests)): | $B/ready-to-test
-include $(shell find $B/obj -name '*.d' 2>/dev/null)

# `runtime --version` names the commit; only its object depends on it.
$B/commit: FORCE
	@mkdir -p $(@D)
	@git describe --always --dirty 2>/dev/null > $@.new || echo unknown > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$B/obj/spec/version.o: $B/commit
$B/obj/spec/version.o: FLAGS += -DDAVIT_COMMIT='"$(shell cat $B/commit)"'

# Packages, once per build folder.
$B/ready-to-%: scripts/setup
	@scripts/setup $*
	@mkdir -p $(@D) && touch $@
$B/ready-to-test $B/ready-to-demo $B/ready-to-bench: | $B/ready-to-build
$B/ready-to-test $B/ready-to-bench $B/ready-to-engines: | $B/ready-to-demo

# Programs of ours that run as root run in a throwaway machine only (scripts/box). Its own proof
# comes first, outside, and alone: it compares the machine before and after.
boxed       = $(if $(BOX),,scripts/box -t $$(($(minutes) * 90)) --)
with_ours  := env SAN=$(SAN) PATH="$(CURDIR)/$B/bin:$(CURDIR)/scripts:$$PATH"
minutes    := $(if $(SAN),60,20)
bats_files := $(filter-out tests/bats/box.bats,$(wildcard tests/bats/*.bats))
not_ours   := $(if $(SAN),env LSAN_OPTIONS=print_suppressions=0:suppressions=tests/leaks )
unit_tests  = $(not_ours)timeout $(minutes)m $B/bin/tests --jobs $(shell nproc) $(if $T,--filter '$T/*')
bats_tests  = $(with_ours) timeout $(minutes)m bats $(if $T,tests/bats/$T.bats,$(bats_files))

test: tidy all $B/bin/tests | $B/ready-to-test
	$(if $(BOX),,timeout 600 bats tests/bats/box.bats)
	$(boxed) sh -c '$(unit_tests) && $(bats_tests)'
test-engines: all | $B/ready-to-test $B/ready-to-engines
	$(boxed) $(with_ours) timeout $(minutes)m bats tests/engines/$(if $T,$T.bats)
test-vm: minutes := 170
test-vm: all $B/bin/tests | $B/ready-to-test $B/ready-to-vm
	$(if $(SAN),$(error the virtual machine has no sanitizers))
	scripts/vm -t 10800 -- sh -c '$(unit_tests) && $(bats_tests)'
tidy: | $B/ready-to-test
	scripts/tidy
unit: $B/bin/tests
	$(boxed) $(unit_tests)
bats: all | $B/ready-to-test
	$(if $(filter box,$T),,$(boxed)) $(bats_tests)
demo: all | $B/ready-to-demo
	$(boxed) $(with_ours) scripts/demo
bench-shim bench-spine: all | $B/ready-to-bench
	$(boxed) $(with_ours) scripts/$@

# clang-tidy takes seconds per file: its mark is as old as the object, which knows the headers.
linted = $(patsubst %.cpp,$B/lint/%,$(spec) $(sys) $(runtime) $(shim) $(fetcher) $(image) \
           $(wildcard */main.cpp))
lint: tidy $(linted) | $B/ready-to-lint
	git ls-files -co --exclude-standard '*.cpp' '*.hpp' | xargs clang-format-19 --dry-run --Werror
	grep -lE '^#!.*\bbash' $$(git ls-files scripts .ci) | xargs shellcheck
$(linted): $B/lint/%: $B/obj/%.o .clang-tidy | $B/ready-to-lint
	@mkdir -p $(@D) && echo "lint $*.cpp"
	$Qclang-tidy-19 --quiet $*.cpp -- $(FLAGS) -Wno-unknown-warning-option -DDAVIT_COMMIT='""'
	@touch $@
format: | $B/ready-to-lint
	git ls-files -co --exclude-standard '*.cpp' '*.hpp' | xargs clang-format-19 -i
install: all
	install -D -t $(DESTDIR)$(PREFIX)/bin $B/bin/runtime $B/bin/shim
	install -D -t $(DESTDIR)$(PREFIX)/libexec/davit $B/bin/image $B/bin/fetcher
	for program in runtime shim image fetcher; do \
	    mkdir -p $(addprefix $(DESTDIR)$(PREFIX)/share/,man/man1 bash-completion/completions) && \
	    $B/bin/$$program --help=man > $(DESTDIR)$(PREFIX)/share/man/man1/$$program.1 && \
	    $B/bin/$$program --help=bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$program || exit; \
	done
clean:
	rm -rf build build-san
