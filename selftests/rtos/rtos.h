/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stand-in for a guest's real-time system: what its files share, sectioned by the
 * file that defines it. README says what it does.
 */
#ifndef RTOS_H
#define RTOS_H

#include <stdbool.h>
#include <stddef.h>

#include "../bare/arm64.h"
#include "../bare/format.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

/* As read32() and write32(), each at once. */

static inline u64 read64(u64 address)
{
	return *(volatile u64 *)address;
}

static inline void write64(u64 address, u64 value)
{
	*(volatile u64 *)address = value;
}

/*
 * Until there is an interrupt, and let it be handled. They are off elsewhere, so that
 * none comes between a look at what it may change and this.
 */
static inline void sleep(void)
{
	__asm__ volatile("dsb sy\n\twfi\n\tmsr daifclr, #2\n\tisb\n\tmsr daifset, #2"
			 :
			 :
			 : "memory");
}

/* start.S */

u64 call_hvc(u64 function, u64 first, u64 second, u64 third);
u64 call_smc(u64 function, u64 first, u64 second, u64 third);
u64 call_xen(u64 first, u64 second, u64 number);

/* button.c */

void button_start(void);
bool button_pressed(void);

/* clock.c */

#define CLOCK_TICK_MS 100

bool clock_start(void);
u64 clock_us(void);
u64 clock_ticks(void);

/* console.c */

bool console_start(void);
void console_listen(void);
int console_take(void);
void console_flush(void);
void say(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* engine.c */

bool engine_run(void);
void engine_stay(u64 ms);
void engine_ignore(bool listen);

/* exception.c */

struct registers;

void exception_fault(const struct registers *regs) __attribute__((noreturn));

/* gic.c */

typedef void (*gic_handler)(void);

bool gic_start(void);
u32 gic_version(void);
bool gic_listen(u32 interrupt, gic_handler handler);
void gic_enable(u32 interrupt);
void gic_disable(u32 interrupt);
void gic_handle(void);

/* gicv2.c, gicv3.c */

/**
 * struct gic_ops - one version of the interrupt controller
 * @start: from the node that describes it; whether it could
 * @enable: let an interrupt come
 * @disable: keep it away
 * @take: the interrupt that is to be handled, GIC_NONE where there is none
 * @done: it has been
 */
struct gic_ops {
	bool (*start)(int node);
	void (*enable)(u32 interrupt);
	void (*disable)(u32 interrupt);
	u32 (*take)(void);
	void (*done)(u32 interrupt);
};

#define GIC_NONE 1020 /* and what is above */
#define GIC_FIRST_SHARED 32

/* The same registers, and bits in them, in both versions. */
#define GICD_CTLR 0x000
#define GICD_TYPER 0x004
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_IPRIORITYR 0x400
#define GICD_PRIORITIES 0xa0a0a0a0

extern const struct gic_ops gicv2_ops;
extern const struct gic_ops gicv3_ops;

/* main.c */

int main(void *blob, u64 level);

/* power.c: how it ends */

void power_off(u32 code) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));
void power_crash(void) __attribute__((noreturn));
void power_hang(void) __attribute__((noreturn));

/* pvpanic.c */

bool pvpanic_tell(void);

/* tree.c: the device tree */

/**
 * struct range - addresses
 * @start: the first
 * @size: how many
 */
struct range {
	u64 start;
	u64 size;
};

bool tree_start(void *blob);
int tree_find(const char *compatible);
int tree_path(const char *path);
int tree_with(const char *property);
int tree_phandle(u32 phandle);
bool tree_is(int node, const char *compatible);
const void *tree_get(int node, const char *property, int *size);
const char *tree_text(int node, const char *property);
u32 tree_number(int node, const char *property, u32 otherwise);
bool tree_reg(int node, u32 index, struct range *range);
bool tree_interrupt(int node, u32 index, u32 *interrupt);
bool tree_memory(u32 index, struct range *range);
u32 tree_cpus(void);

#endif
