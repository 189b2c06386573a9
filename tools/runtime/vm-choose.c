// SPDX-License-Identifier: GPL-2.0-or-later
/* Which hypervisor a virtual machine gets, and where its program is. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "vm.h"

/* The first that this host is made for; the last is for every host. */
static const struct vm_ops *const hypervisors[] = { &vm_xen, &vm_qemu };

static const struct vm_ops *find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(hypervisors); i++)
		if (!strcmp(hypervisors[i]->name, name))
			return hypervisors[i];
	return NULL;
}

/* Only QEMU shares a folder of this host with a guest, which a secure container lives of. */
static const char *default_name(const struct settings *settings, const struct hwc_vm *asked)
{
	return asked->secure ? vm_qemu.name : settings->vm.hypervisor;
}

const struct vm_ops *vm_choose(const struct command *command, const struct settings *settings,
			       const struct hwc_vm *asked)
{
	const char *name = asked->hypervisor ? asked->hypervisor : default_name(settings, asked);
	const struct vm_ops *ops = find(name);
	size_t i = 0;

	if (name && !ops)
		log_error(command, "there is no hypervisor \"%s\" for containers", name);
	if (name)
		return ops;
	while (!hypervisors[i]->is_here())
		i++;
	return hypervisors[i];
}

const struct vm_ops *vm_of_record(const struct container *container)
{
	return find(container_string(container, "hypervisor"));
}

/* Never by PATH, which is whoever's who called us. */
const char *vm_program(const char *setting, const char *name, char *path, size_t room)
{
	static const char *const places[] = { "/usr/bin", "/usr/sbin", "/usr/local/bin",
					      "/usr/local/sbin" };

	if (setting)
		return access(setting, X_OK) ? NULL : setting;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, room, "%s/%s", places[i], name);
		if (!access(path, X_OK))
			return path;
	}
	return NULL;
}
