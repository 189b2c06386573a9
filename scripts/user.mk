# SPDX-License-Identifier: GPL-2.0-or-later
#
# Compilers, flags and quiet commands for everything that runs in user space.
# lib/, tools/ and selftests/ begin with
#
#	include ../scripts/user.mk
#
# Given by the caller (the top Makefile, or a person who builds one folder):
#   O=DIR           where results go; default build/host at the top
#   CROSS_COMPILE=  prefix of the compiler, empty for this machine
#   SYSROOT=DIR     unpacked packages of the target (headers, libraries, .pc)
#   CC CFLAGS LDFLAGS PREFIX LIBDIR DESTDIR V=1 WERROR=1
#
# Layout of O, the same for every build:
#   O/obj/FOLDER/   objects and dependency files
#   O/lib/          libhwcontainer.so*, libhwcontainer.a, libhwcontainer.pc
#   O/bin/          hwctl, hwcontainer-runtime
#   O/libexec/hwcontainer/   vm-init
#   O/tests/        test programs: on the build machine cmocka programs (run by
#                   `make check-host`), for arm64 programs that run in the guest
#
# Targets of each makefile: all (default), tests (build test programs into
# O/tests, run nothing), check (tests, then run them; lib/ and tools/ only),
# install and uninstall (DESTDIR, PREFIX and its like). No clean: results lie in O only.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
O ?= $(TOP)/build/host
override O := $(abspath $(O))

ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)ar
endif
OBJCOPY ?= $(CROSS_COMPILE)objcopy
NM ?= $(CROSS_COMPILE)nm
PKG_CONFIG ?= pkg-config

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
LIBEXECDIR ?= $(PREFIX)/libexec
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man

# Flags that belong to the project; CFLAGS and LDFLAGS stay the caller's.
CFLAGS ?= -O2 -g
# The uAPI comes first: include/linux is the kernel's.
HWC_CPPFLAGS := -D_GNU_SOURCE -I$(TOP)/include/uapi -I$(TOP)/include
HWC_CFLAGS := -std=gnu11 -Wall -Wextra -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wold-style-definition -Wpointer-arith -fPIC -MMD -MP
HWC_LDFLAGS :=
ifeq ($(WERROR),1)
HWC_CFLAGS += -Werror
endif

# pkg-config reads only the target's files when there is a sysroot. libfdt has
# no .pc file in Debian 12: its flags are the sysroot's and -lfdt.
comma := ,
folders :=
ifneq ($(SYSROOT),)
MULTIARCH := $(patsubst %-,%,$(CROSS_COMPILE))
export PKG_CONFIG_SYSROOT_DIR := $(SYSROOT)
export PKG_CONFIG_LIBDIR := $(SYSROOT)/usr/lib/$(MULTIARCH)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig
HWC_CPPFLAGS += -isystem $(SYSROOT)/usr/include
# libnl lives in /lib.
folders := $(foreach dir,usr/lib lib,$(SYSROOT)/$(dir)/$(MULTIARCH))
HWC_LDFLAGS += $(foreach dir,$(folders),-L$(dir) -Wl$(comma)-rpath-link$(comma)$(dir))
endif

# $(call pkg_cflags,libmnl json-c) and $(call pkg_libs,libmnl json-c); an
# unknown module ends make with pkg-config's own words. `export` reaches recipes
# only, so the shell function gets the two variables by hand.
pkg_env = $(if $(SYSROOT),PKG_CONFIG_SYSROOT_DIR='$(SYSROOT)' PKG_CONFIG_LIBDIR='$(PKG_CONFIG_LIBDIR)')
pkg_query = $(or $(shell $(pkg_env) $(PKG_CONFIG) --exists --print-errors $(2) && \
	echo "$$($(pkg_env) $(PKG_CONFIG) $(1) $(2)) "),$(error $(2): not known to pkg-config; scripts/install-deps.sh installs what is needed))
pkg_cflags = $(strip $(call pkg_query,--cflags,$(1)))
pkg_libs = $(strip $(call pkg_query,--libs,$(1)))

# $(call archive,json-c) is the file that makes a library part of a program, or nothing
# where only the shared one is there. `make archive=` uses shared ones only.
archive = $(filter /%,$(shell $(CC) $(folders:%=-B%/) -print-file-name=lib$(1).a))

include $(TOP)/scripts/say.mk

# For the targets install and uninstall:
#	$(call put,MODE,FILES,FOLDER)	FILES into DESTDIR and FOLDER
#	$(call drop,NAMES,FOLDER)	what a put, or a link, made of NAMES there
#	$(refresh_loader)		the loader's cache, where this system itself is meant
define put
$(call say,INSTALL,$(DESTDIR)$(3): $(notdir $(2)))
$(Q)install -D -m $(1) -t '$(DESTDIR)$(3)' $(2)
endef
define drop
$(call say,REMOVE,$(DESTDIR)$(2): $(notdir $(1)))
$(Q)rm -f $(patsubst %,'$(DESTDIR)$(2)/%',$(notdir $(1)))
endef
refresh_loader = $(Q)[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ldconfig

MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
