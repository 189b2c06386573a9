# SPDX-License-Identifier: GPL-2.0-or-later
#
# hwcontainer. `make help` lists the targets.
#
# How the parts are built, for whoever writes a makefile below this one:
#
#   Kbuild, kernel/Kbuild   the modules. Kernel builds run in a copy made of
#       symbolic links, build/kmod for KDIR and build/kmod-VARIANT for a bench
#       kernel, so that one source tree serves several kernels at once.
#   lib/, tools/, selftests/   user space. Each has a Makefile that begins with
#       `include ../scripts/user.mk`, which holds the calling convention, the
#       flags and the layout of the output folder O. Called as
#           $(MAKE) -C lib O=build/host                          this machine
#           $(MAKE) -C lib O=build/arm64 CROSS_COMPILE=aarch64-linux-gnu- \
#                          SYSROOT=<unpacked arm64 packages>     the guest
#       lib comes first, then tools, then selftests; each finds what the ones
#       before it built in O/lib (link with -L$(O)/lib -lhwcontainer).
#       selftests/ is built for the guest only, but for selftests/model, a program
#       in place of the module, which the tools are tested with.
#   dts/   *.dtso become build/dtbo/*.dtbo; the others are merged into the device
#       trees of the bench's machines.
#   selftests/qemu/firmware/   what runs before Linux where the machine is a board.
#   selftests/payload.d/   executables that add files to the guest (bitstreams,
#       OCI bundles); see selftests/README.md.
#   selftests/actions/     what `make demo` and `make bench` run in the guest.
#   Documentation/man/     *.[1-8] are installed.

MAKEFLAGS += --no-print-directory

ARCH ?= $(shell uname -m | sed -e 's/x86_64/x86/' -e 's/aarch64/arm64/' -e 's/armv.*/arm/')
CROSS_COMPILE ?=
KDIR ?= /lib/modules/$(shell uname -r)/build
# The kernel source whose checkpatch and netlink generator `make check` uses;
# empty: the one of the bench kernel.
KSRC ?=
DESTDIR ?=
PREFIX ?= /usr/local
MANDIR ?= $(PREFIX)/share/man
TESTS ?=
# The machine that guests run on: a file in selftests/qemu/machines.
BOARD ?= virt
# `make demo CASE=remoteproc`, say, tells another story than that of regions.
CASE ?=
# `make DEPS=no TARGET` leaves apt alone.
DEPS ?= yes

BUILD := $(CURDIR)/build
# One folder per compiler, so that objects of two machines never meet.
USEROUT := $(BUILD)/$(or $(patsubst %-,%,$(notdir $(CROSS_COMPILE))),host)

ifeq ($(V),1)
Q :=
else
Q := @
endif
export ARCH CROSS_COMPILE KDIR KSRC DESTDIR PREFIX TESTS V
export MACHINE := $(BOARD)

.PHONY: all modules lib tools install uninstall modules_install modules_uninstall check check-host \
	check-guest check-stock check-debug demo bench shell format deps clean distclean help

all: modules lib tools

modules:
	+$(Q)scripts/kmod.sh '$(KDIR)' '$(BUILD)/kmod'

lib:
	$(Q)$(MAKE) -C lib O='$(USEROUT)'

tools: lib
	$(Q)$(MAKE) -C tools O='$(USEROUT)'

install: lib tools
	+$(Q)for dir in lib tools; do $(MAKE) -C $$dir O='$(USEROUT)' install || exit; done

uninstall:
	+$(Q)for dir in lib tools; do $(MAKE) -C $$dir O='$(USEROUT)' uninstall || exit; done

modules_install: modules
	+$(Q)scripts/kmod.sh '$(KDIR)' '$(BUILD)/kmod' install

modules_uninstall:
	+$(Q)scripts/kmod.sh '$(KDIR)' '$(BUILD)/kmod' uninstall

# What runs on this machine, then in guests, on all boards; one count for all.
check: deps
	+$(Q)selftests/check.sh host stock base $(if $(filter virt,$(BOARD)),boards xen)

check-host: deps
	+$(Q)selftests/check.sh host

check-guest: deps
	+$(Q)selftests/check.sh base

check-stock: deps
	+$(Q)selftests/check.sh stock

check-debug: deps
	+$(Q)selftests/check.sh debug

# Real remote processors are those of one machine, and so are virtual ones.
demo_board_remoteproc := versal
demo_board_xen := xen
demo: export MACHINE := $(or $(demo_board_$(CASE)),$(BOARD))
demo: deps
	+$(Q)$(if $(filter vm,$(CASE)),selftests/demo/vm.sh,selftests/qemu/run.sh base demo$(CASE:%=-%))

shell: deps
	+$(Q)selftests/qemu/run.sh base shell

bench: GUEST = $(BUILD)/guest/base$(filter-out -virt,-$(BOARD))
bench: deps
	$(Q)rm -f '$(GUEST)/bench.json' '$(BUILD)/bench.json'
	+$(Q)ICOUNT=1 selftests/qemu/run.sh base $@; code=$$?; \
	if [ -e '$(GUEST)/bench.json' ]; then \
		cp '$(GUEST)/bench.json' '$(BUILD)/bench.json'; \
	fi; exit $$code

format: deps
	$(Q)selftests/style.sh --format

deps:
ifneq ($(DEPS),no)
	$(Q)scripts/install-deps.sh
endif

clean:
	$(Q)rm -rf '$(BUILD)'

# Also what the bench keeps between builds: kernels, root image, packages.
distclean: clean
	$(Q)selftests/qemu/cache.sh remove

help:
	@echo 'Build:'
	@echo '  all              modules, library and tools (the default)'
	@echo '  modules lib tools'
	@echo '                   one of them; modules for the kernel in KDIR, with HWC_TESTS=y'
	@echo '                   those of the tests, too'
	@echo '  install          library, tools and manual pages below DESTDIR and PREFIX'
	@echo '  modules_install  the module below DESTDIR/lib/modules'
	@echo '  uninstall modules_uninstall'
	@echo '                   the opposite, with the same variables'
	@echo 'Try and test (Debian 12; missing packages are installed, a kernel is built once):'
	@echo '  demo             a container gets the FPGA region its image asks for'
	@echo '                   CASE=remoteproc: one that is firmware, on a real Cortex-R5'
	@echo '                   CASE=vm: containers that are virtual machines, on this machine'
	@echo '                   CASE=xen: one that is a virtual machine, with hardware assigned to it'
	@echo '  shell            a prompt in the same guest; leave it with poweroff'
	@echo '  check            unit tests, style checks, tests in the guest; TESTS=PATTERN a part'
	@echo '  check-host       what needs no guest'
	@echo '  check-guest      the tests in the guest'
	@echo '  check-stock      the modules on Debian'\''s kernel for amd64, without FPGA regions'
	@echo '  check-debug      the tests in the guest on a kernel with KASAN, lockdep, kmemleak ...'
	@echo '  bench            instructions per operation, to build/bench.json'
	@echo '  format           let clang-format rewrite lib/, tools/ and selftests/'
	@echo 'Clean:'
	@echo '  clean            what was built here'
	@echo '  distclean        and the kernels and packages kept in the cache'
	@echo 'Variables: KDIR KSRC ARCH CROSS_COMPILE DESTDIR PREFIX TESTS V=1 DEPS=no'
	@echo '  BOARD=zcu102, versal or xen: the guest on that machine of QEMU'\''s instead of virt'
