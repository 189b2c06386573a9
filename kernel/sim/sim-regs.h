/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Registers of the simulator's engines: offsets from where an image puts them.
 * All are 32 bits wide, little-endian. Documentation/simulator.rst explains them.
 */
#ifndef HWC_SIM_REGS_H
#define HWC_SIM_REGS_H

#define SIM_ID			0x00	/* which engine this is */
#define SIM_ID_SHA256		0x32414853	/* "SHA2" */
#define SIM_ID_FIR		0x31524946	/* "FIR1" */
#define SIM_VERSION		0x04
#define SIM_VERSION_1		0x00010000
#define SIM_CTRL		0x08
#define SIM_CTRL_START		0x1	/* do it; the engine clears it */
#define SIM_CTRL_IRQ		0x2	/* interrupt when done */
#define SIM_CTRL_INIT		0x4	/* sha256: begin a message */
#define SIM_CTRL_LAST		0x8	/* sha256: pad and end the message */
#define SIM_STATUS		0x0c
#define SIM_STATUS_BUSY		0x1
#define SIM_STATUS_DONE		0x2
#define SIM_STATUS_ERROR	0x4	/* a length or a mode that it cannot do */
#define SIM_LEN			0x10	/* bytes in DATA */
#define SIM_DATA_SIZE		0x14	/* room in DATA */

/* sha256: eight words of state, the digest after LAST, and bytes so far. */
#define SIM_SHA256_STATE	0x20
#define SIM_SHA256_COUNT_LO	0x40
#define SIM_SHA256_COUNT_HI	0x44

/* fir: coefficients, 16 bits in each word; 32768 is 1. */
#define SIM_FIR_TAP(n)		(0x100 + 4 * (n))
#define SIM_FIR_TAPS		16

#define SIM_DATA		0x800
#define SIM_DATA_BYTES		0x800
#define SIM_REGS_BYTES		(SIM_DATA + SIM_DATA_BYTES)

/*
 * Coefficients after reset: a low pass at a quarter of the sample rate, sinc
 * under a Hamming window. Their sum is 32768, so a constant stays what it is.
 */
#define SIM_FIR_TAPS_RESET { \
	-79, -136, 312, 654, -1244, -2280, 4501, 14656, \
	14656, 4501, -2280, -1244, 654, 312, -136, -79 \
}

#endif
