/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulator: what its files share. Sectioned by the file that defines it. */
#ifndef HWC_SIM_H
#define HWC_SIM_H

#include <linux/fpga/fpga-mgr.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "knob.h"
#include "sim-image.h"

struct dentry;
struct device;
struct device_node;
struct platform_driver;
struct seq_file;
struct task_struct;

/* knobs.c: what can be made to fail, in debugfs */

/**
 * struct sim_knobs - a folder of knobs
 * @in_all: in the list of all folders
 * @dir: the folder
 * @knob: the knobs
 * @n: how many
 */
struct sim_knobs {
	struct list_head in_all;
	struct dentry *dir;
	struct sim_knob *knob;
	unsigned int n;
};

extern struct dentry *sim_debugfs;

void sim_knobs_init(void);
void sim_knobs_exit(void);
int devm_sim_knobs(struct device *dev, struct sim_knobs *knobs, struct sim_knob *knob,
		   unsigned int n);
void sim_knob_file(struct dentry *dir, const char *name, void __iomem *reg);
bool sim_no_irq(void);

/* Called by the accelerators' drivers when they probe. */
int hwcontainer_sim_probe(struct device *dev);

/* engine-*.c: models of what an image makes of a slot */

struct sim_slot;

/**
 * struct sim_engine - what a slot can become
 * @name: as descriptors name it
 * @reset: write the registers as they are after reset
 * @run: do the command in @ctrl with @len bytes in @data, which has room for
 *	SIM_DATA_BYTES. Returns the bytes of result in @data, or -errno, which
 *	the status register shows as an error.
 */
struct sim_engine {
	const char *name;
	void (*reset)(struct sim_slot *slot);
	int (*run)(struct sim_slot *slot, u32 ctrl, u8 *data, u32 len);
};

extern const struct sim_engine sim_engine_sha256;
extern const struct sim_engine sim_engine_fir;

u32 sim_slot_read(const struct sim_slot *slot, u32 reg);
void sim_slot_write(struct sim_slot *slot, u32 reg, u32 value);

/* fabric.c: slots, their windows, and the time that passes in them */

/**
 * struct sim_slot - a part of a device that can be configured by itself
 * @loaded: what its descriptor calls it, "" when it is empty
 * @engine: how that behaves, or NULL when it does nothing
 * @window: its part of the address space
 * @regs: the engine's registers in @window
 * @regs_size: their length
 * @line: the engine's line at the interrupt controller
 * @bridged: there was a bridge, which @connected is about
 * @connected: its bridge lets accesses pass
 * @commands: commands that engines have done in it
 * @hot_loads: times it was configured while its bridge was enabled
 */
struct sim_slot {
	char loaded[SIM_DESC_ENGINE];
	const struct sim_engine *engine;
	void __iomem *window;
	void __iomem *regs;
	u32 regs_size;
	u32 line;
	bool bridged;
	bool connected;
	u32 commands;
	u32 hot_loads;
};

/* Interrupt lines of each slot. */
#define SIM_SLOT_LINES 4

/**
 * struct sim_fabric - the programmable logic of one device
 * @dev: its configuration port
 * @in_all: in the list of all of them
 * @idcode: which device it plays
 * @line_base: its first line at the interrupt controller
 * @n_slots: how many slots there are
 * @slot_size: length of a slot's window
 * @base: address of the first one
 * @look: brings in what was configured by somebody else than mgr.c, or NULL
 * @lock: protects what follows; innermost but for the interrupt controller's
 * @running: it has a whole-device image that works
 * @live: slots with an engine and an enabled bridge
 * @slots: the slots
 * @data: for engines
 * @wake: woken when @live is no longer 0
 * @thread: the time that passes for the engines
 */
struct sim_fabric {
	struct device *dev;
	struct list_head in_all;
	u32 idcode;
	u32 line_base;
	u32 n_slots;
	u32 slot_size;
	phys_addr_t base;
	void (*look)(struct sim_fabric *fabric);
	struct mutex lock; /* all that follows */
	bool running;
	unsigned int live;
	struct sim_slot slots[SIM_SLOTS_MAX];
	u8 *data;
	wait_queue_head_t wake;
	struct task_struct *thread;
};

int sim_fabric_parse(struct sim_fabric *fabric);
int devm_sim_fabric_start(struct sim_fabric *fabric);
struct sim_fabric *sim_fabric_find(const struct device_node *np);
struct sim_fabric *sim_fabric_find_slot(phys_addr_t addr, u32 *slot);
void sim_fabric_clear(struct sim_fabric *fabric);
void sim_fabric_clear_slot(struct sim_fabric *fabric, u32 nr);
int sim_fabric_check(struct sim_fabric *fabric, const struct sim_desc *desc);
void sim_fabric_fill_slot(struct sim_fabric *fabric, u32 nr, const struct sim_desc *desc);
void sim_fabric_run(struct sim_fabric *fabric);
bool sim_fabric_running(struct sim_fabric *fabric);
void sim_fabric_connect(struct sim_fabric *fabric, u32 nr, bool on);
bool sim_fabric_connected(struct sim_fabric *fabric, u32 nr);
void sim_fabric_show(struct seq_file *m);

/* config.c: the configuration logic, word by word */

/**
 * struct sim_config - state of the configuration logic
 * @fabric: what it configures
 * @partial: the image must be for one slot
 * @status: FPGA_MGR_STATUS_* of the load
 * @synced: between a sync word and a DESYNC
 * @swapped: a sync word with its bytes reversed was seen
 * @shift: the bytes before the next one
 * @have: how many of them belong to a word that is not complete
 * @words: words taken since the first sync word
 * @sections: sync words seen
 * @reg: register of the packet
 * @left: words of the packet that are still to come
 * @may_extend: the packet before was a type 1 write of no words
 * @crc: checksum so far
 * @cmd: last command
 * @far: last frame address
 * @has_far: there was one
 * @has_idcode: the device's IDCODE was seen
 * @shutdown: SHUTDOWN was seen
 * @start: START was seen; takes effect with DESYNC
 * @whole: that was the start of a whole device
 * @started: it took effect
 * @has_frames: frames were written
 * @slot: to which slot, in a partial image
 * @n_desc: words in @desc
 * @desc: the first words of frame data
 */
struct sim_config {
	struct sim_fabric *fabric;
	bool partial;
	u64 status;
	bool synced;
	bool swapped;
	u32 shift;
	unsigned int have;
	u32 words;
	u32 sections;
	u32 reg;
	u32 left;
	bool may_extend;
	u32 crc;
	u32 cmd;
	u32 far;
	bool has_far;
	bool has_idcode;
	bool shutdown;
	bool start;
	bool whole;
	bool started;
	bool has_frames;
	u32 slot;
	unsigned int n_desc;
	u32 desc[SIM_DESC_WORDS];
};

int sim_config_begin(struct sim_config *config, struct sim_fabric *fabric, bool partial);
int sim_config_feed(struct sim_config *config, const u8 *bytes, size_t count);
int sim_config_end(struct sim_config *config);

/* mgr.c, board.c, bridge.c, intc.c, line.c: what the mainline frameworks see */

extern struct platform_driver sim_mgr_driver;
extern struct platform_driver sim_bridge_driver;
extern struct platform_driver sim_line_driver;
extern struct platform_driver sim_intc_driver;
extern u32 sim_loading_peak;

#if IS_ENABLED(CONFIG_ZYNQMP_FIRMWARE)
int sim_board_init(void);
void sim_board_exit(void);
#else
static inline int sim_board_init(void)
{
	return 0;
}

static inline void sim_board_exit(void)
{
}
#endif
void sim_intc_raise(u32 line);
void sim_line_pulse(u32 line);

#endif
