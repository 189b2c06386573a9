// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's configuration, as xl.cfg(5) has it. A part of it is an image's text: it stays
 * within the quotes that it is put in. A line that comes later wins, so those of the
 * operator come first, and what this program relies on last.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "vm-xen.h"

/* GUEST_VPL011_SPI of Xen: the interrupt of the uart that it plays. */
#define UART_IRQ 32

int xen_config_check(const struct command *command, const char *what, const char *text)
{
	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at >= ' ' && *at != '\x7f')
			continue;
		log_error(command, "the %s has a control character (%#x), which Xen cannot be told",
			  what, (unsigned char)*at);
		return -EINVAL;
	}
	return 0;
}

/* libxlu_cfg_l.l and xlu__cfgl_dequote() of Xen: a quote ends the text, a backslash quotes. */
static void put_text(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void put(FILE *file, const char *key, const char *text)
{
	fprintf(file, "%s=", key);
	put_text(file, text);
	fputc('\n', file);
}

static void put_file(FILE *file, const char *key, int number)
{
	fprintf(file, "%s=\"" XL_FOLDER "%d\"\n", key, XL_FILES + number);
}

static void put_pages(FILE *file, uint64_t host, uint64_t guest, uint64_t pages)
{
	fprintf(file, "\"%" PRIx64 ",%" PRIx64 "@%" PRIx64 "\",", host, pages, guest);
}

static void put_iomems(FILE *file, const struct vm *vm)
{
	const struct hwc_vm *asked = vm->asked;
	size_t n = vm->assignment ? hwc_assignment_iomems(vm->assignment) : 0;

	fputs("iomem=[", file);
	for (size_t i = 0; i < n; i++) {
		const struct hwc_iomem *iomem = hwc_assignment_iomem(vm->assignment, i);

		put_pages(file, iomem->host, iomem->guest, iomem->pages);
	}
	for (size_t i = 0; i < asked->n_iomems; i++)
		put_pages(file, asked->iomems[i].host, asked->iomems[i].guest,
			  asked->iomems[i].pages);
	fputs("]\n", file);
}

/* Of claims, then of the operator; false behind the last. */
static bool irq_at(const struct vm *vm, size_t i, uint32_t *irq)
{
	const struct hwc_vm *asked = vm->asked;
	size_t n = vm->assignment ? hwc_assignment_irqs(vm->assignment) : 0;

	if (i >= n + asked->n_irqs)
		return false;
	*irq = i < n ? hwc_assignment_irq(vm->assignment, i) : asked->irqs[i - n];
	return true;
}

static void put_irqs(FILE *file, const struct vm *vm)
{
	uint32_t irq;

	fputs("irqs=[", file);
	for (size_t i = 0; irq_at(vm, i, &irq); i++)
		fprintf(file, "%u,", irq);
	fputs("]\n", file);
}

bool xen_config_has_uart(const struct vm *vm)
{
	const char *console = vm->asked->console;
	uint32_t irq;

	for (size_t i = 0; irq_at(vm, i, &irq); i++)
		if (irq == UART_IRQ)
			return false;
	return !console || strcmp(console, "pv");
}

static void put_dtdevs(FILE *file, const struct vm *vm)
{
	const struct hwc_vm *asked = vm->asked;
	size_t n = vm->assignment ? hwc_assignment_dtdevs(vm->assignment) : 0;

	fputs("dtdev=[", file);
	for (size_t i = 0; i < n + asked->n_dtdevs; i++) {
		put_text(file,
			 i < n ? hwc_assignment_dtdev(vm->assignment, i) : asked->dtdevs[i - n]);
		fputc(',', file);
	}
	fputs("]\n", file);
	if (n + asked->n_dtdevs)
		put(file, "passthrough", "enabled");
}

static void put_parameters(FILE *file, const struct hwc_vm *asked)
{
	for (size_t i = 0; i < asked->n_hypervisor_parameters; i++)
		fprintf(file, "%s\n", asked->hypervisor_parameters[i]);
}

/* What has ended stays, so that it can be seen how, and is destroyed by the keeper. */
static void put_ends(FILE *file)
{
	static const char *const ends[] = { "on_poweroff", "on_reboot", "on_crash", "on_watchdog",
					    "on_soft_reset" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		put(file, ends[i], "preserve");
}

static void put_all(FILE *file, const struct xen_config *config)
{
	const struct vm *vm = config->vm;

	put_parameters(file, vm->asked);
	put(file, "name", config->name);
	put(file, "uuid", config->uuid);
	put(file, "type", "pvh");
	fprintf(file, "memory=%" PRIu64 "\nvcpus=%u\n", (vm->memory + MIB - 1) / MIB, vm->vcpus);
	put_file(file, "kernel", XEN_FILE_KERNEL);
	if (config->ramdisk)
		put_file(file, "ramdisk", XEN_FILE_RAMDISK);
	if (config->dtb)
		put_file(file, "device_tree", XEN_FILE_DTB);
	put(file, "cmdline", vm->cmdline ? vm->cmdline : "");
	put_iomems(file, vm);
	put_irqs(file, vm);
	if (xen_config_has_uart(vm))
		put(file, "vuart", "sbsa_uart");
	put_dtdevs(file, vm);
	put_ends(file);
}

static int check(const struct command *command, const struct vm *vm)
{
	int err = vm->cmdline ? xen_config_check(command, "kernel's command line", vm->cmdline) : 0;

	for (size_t i = 0; !err && i < vm->asked->n_hypervisor_parameters; i++)
		err = xen_config_check(command, "parameter of the hypervisor",
				       vm->asked->hypervisor_parameters[i]);
	for (size_t i = 0; !err && i < vm->asked->n_dtdevs; i++)
		err = xen_config_check(command, "path of a device", vm->asked->dtdevs[i]);
	return err;
}

char *xen_config_write(const struct xen_config *config)
{
	char *text = NULL;
	size_t size;
	FILE *file;

	if (check(&config->vm->s->command, config->vm))
		return NULL;
	file = open_memstream(&text, &size);
	if (file)
		put_all(file, config);
	if (file && !fclose(file))
		return text;
	free(text);
	log_error(&config->vm->s->command, "out of memory");
	return NULL;
}
