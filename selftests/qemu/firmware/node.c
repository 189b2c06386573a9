// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes that are requested and released, and resets. */
#include "monitor.h"

/* What GET_NODE_STATUS says: enum pm_node_status. */
#define PM_NODE_UNUSED 0
#define PM_NODE_RUNNING 1

#define PM_USAGE_CURRENT_MASTER 1

#define PM_RESET_ACTION_ASSERT 1
#define PM_RESET_ACTION_PULSE 2

#define MAX_NODES 96
#define MAX_ASSERTED 128

/**
 * struct node - one that was asked for
 * @id: as the machine counts them
 * @requested: somebody has it
 * @capabilities: that were asked of it
 */
struct node {
	u32 id;
	bool requested;
	u32 capabilities;
};

/* All under eemi_lock. */
static struct node nodes[MAX_NODES];
static u32 n_nodes;
static u32 asserted[MAX_ASSERTED];
static u32 n_asserted;

static struct node *find_node(u32 id)
{
	u32 i;

	for (i = 0; i < n_nodes; i++)
		if (nodes[i].id == id)
			return &nodes[i];
	return NULL;
}

u32 node_request(struct eemi *eemi)
{
	struct node *node = find_node(eemi->arg[0]);

	if (!machine_node_exists(eemi->arg[0]))
		return XST_PM_INVALID_NODE;
	if (!node) {
		if (n_nodes == MAX_NODES)
			return XST_PM_INTERNAL;
		node = &nodes[n_nodes++];
		node->id = eemi->arg[0];
	}
	if (node->requested)
		return XST_PM_DOUBLE_REQ;
	node->requested = true;
	node->capabilities = eemi->arg[1];
	return XST_PM_SUCCESS;
}

/* One that was requested, or the status that says otherwise. */
static u32 find_requested(u32 id, struct node **node)
{
	*node = find_node(id);
	if (!machine_node_exists(id))
		return XST_PM_INVALID_NODE;
	return *node && (*node)->requested ? XST_PM_SUCCESS : XST_PM_NO_ACCESS;
}

u32 node_release(struct eemi *eemi)
{
	struct node *node;
	u32 status = find_requested(eemi->arg[0], &node);

	if (status)
		return status;
	node->requested = false;
	node->capabilities = 0;
	return XST_PM_SUCCESS;
}

u32 node_set_requirement(struct eemi *eemi)
{
	struct node *node;
	u32 status = find_requested(eemi->arg[0], &node);

	if (status)
		return status;
	node->capabilities = eemi->arg[1];
	return XST_PM_SUCCESS;
}

u32 node_get_status(struct eemi *eemi)
{
	int core = machine_rpu_core(eemi->arg[0]);
	struct node *node = find_node(eemi->arg[0]);

	if (!machine_node_exists(eemi->arg[0]))
		return XST_PM_INVALID_NODE;
	if (core >= 0) {
		eemi->out[0] = rpu_runs(core) ? PM_NODE_RUNNING : PM_NODE_UNUSED;
	} else if (node && node->requested) {
		eemi->out[0] = PM_NODE_RUNNING;
		eemi->out[1] = node->capabilities;
		eemi->out[2] = PM_USAGE_CURRENT_MASTER;
	}
	return XST_PM_SUCCESS;
}

static u32 find_asserted(u32 reset)
{
	u32 i;

	for (i = 0; i < n_asserted; i++)
		if (asserted[i] == reset)
			break;
	return i;
}

/* node_assert() - a reset that the boot loader leaves asserted; before Linux runs */
void node_assert(u32 reset)
{
	asserted[n_asserted++] = reset;
}

u32 node_reset(struct eemi *eemi)
{
	u32 i = find_asserted(eemi->arg[0]);

	if (!machine_reset_exists(eemi->arg[0]) || eemi->arg[1] > PM_RESET_ACTION_PULSE)
		return XST_INVALID_PARAM;
	if (eemi->arg[1] == PM_RESET_ACTION_ASSERT) {
		if (i == MAX_ASSERTED)
			return XST_PM_INTERNAL;
		if (i == n_asserted)
			asserted[n_asserted++] = eemi->arg[0];
	} else if (i < n_asserted) {
		asserted[i] = asserted[--n_asserted];
	}
	return XST_PM_SUCCESS;
}

u32 node_reset_status(struct eemi *eemi)
{
	if (!machine_reset_exists(eemi->arg[0]))
		return XST_INVALID_PARAM;
	eemi->out[0] = find_asserted(eemi->arg[0]) < n_asserted;
	return XST_PM_SUCCESS;
}
