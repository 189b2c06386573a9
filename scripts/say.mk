# SPDX-License-Identifier: GPL-2.0-or-later
# "  CC      lib/ctx.c", or the whole command with V=1:
#	$(call say,CC,lib/ctx.c)
#	$(Q)$(CC) ...
ifeq ($(V),1)
Q :=
say = @:
else
MAKEFLAGS += -s
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)'
endif
