// SPDX-License-Identifier: GPL-2.0-or-later
/* Overlays of the tests, compiled by dtc when they are needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "dts.h"

const char dts_shell[] =
	"/dts-v1/; /plugin/;\n"
	"/ {\n"
	"	fragment@0 {\n"
	"		target = <&fpga_full>;\n"
	"		__overlay__ {\n"
	"			#address-cells = <2>;\n"
	"			#size-cells = <2>;\n"
	"			firmware-name = \"shell.bit.bin\";\n"
	"			resets = <&zynqmp_reset 116>;\n"
	"			fpga_PR0: fpga-PR0 {\n"
	"				#address-cells = <2>;\n"
	"				#size-cells = <2>;\n"
	"				compatible = \"fpga-region\";\n"
	"				ranges;\n"
	"			};\n"
	"			fpga_PR1: fpga-PR1 {\n"
	"				#address-cells = <2>;\n"
	"				#size-cells = <2>;\n"
	"				compatible = \"fpga-region\";\n"
	"				ranges;\n"
	"			};\n"
	"		};\n"
	"	};\n"
	"	fragment@1 {\n"
	"		target = <&amba>;\n"
	"		__overlay__ {\n"
	"			#address-cells = <2>;\n"
	"			#size-cells = <2>;\n"
	"			afi0 { compatible = \"xlnx,afi-fpga\"; };\n"
	"			clocking0: clocking0 {\n"
	"				compatible = \"xlnx,fclk\";\n"
	"				#clock-cells = <0>;\n"
	"				clocks = <&zynqmp_clk 71>;\n"
	"			};\n"
	"			RP_0_engine: engine@80000000 {\n"
	"				compatible = \"test,engine\", \"generic-uio\";\n"
	"				reg = <0 0x80000000 0 0x10000>, <0 0x80010000 0 0x1000>;\n"
	"				clocks = <&zynqmp_clk 73>;\n"
	"				interrupt-parent = <&gic>;\n"
	"				interrupts = <0 89 4>;\n"
	"			};\n"
	"			RP_1_engine: engine@82000000 {\n"
	"				compatible = \"test,engine\", \"generic-uio\";\n"
	"				reg = <0 0x82000000 0 0x10000>;\n"
	"				clocks = <&zynqmp_clk 74>, <&static_clk 0>;\n"
	"			};\n"
	"			static_clk: clock@a0010000 {\n"
	"				compatible = \"test,clock\";\n"
	"				#clock-cells = <1>;\n"
	"				reg = <0 0xa0010000 0 0x1000>;\n"
	"				clocks = <&zynqmp_clk 71>;\n"
	"			};\n"
	"			user@a0030000 {\n"
	"				compatible = \"test,user\";\n"
	"				reg = <0 0xa0030000 0 0x1000>;\n"
	"				clocks = <&codec 0>;\n"
	"			};\n"
	"			codec: codec@a0020000 {\n"
	"				compatible = \"test,codec\";\n"
	"				reg = <0 0xa0020000 0 0x1000>;\n"
	"				reset-gpios = <&gpio 78 0>;\n"
	"			};\n"
	"		};\n"
	"	};\n"
	"};\n";

const char dts_slot0[] = "/dts-v1/; /plugin/;\n"
			 "/ {\n"
			 "	fragment@0 {\n"
			 "		target = <&fpga_PR0>;\n"
			 "		__overlay__ {\n"
			 "			firmware-name = \"slot0.bit.bin\";\n"
			 "			partial-fpga-config;\n"
			 "		};\n"
			 "	};\n"
			 "};\n";

static void *run(const char *command, size_t *size)
{
	static char buffer[1 << 20];
	FILE *pipe = popen(command, "r");
	void *blob;

	assert_non_null(pipe);
	*size = fread(buffer, 1, sizeof(buffer), pipe);
	assert_int_equal(pclose(pipe), 0);
	assert_true(*size > 0);
	blob = malloc(*size);
	assert_non_null(blob);
	memcpy(blob, buffer, *size);
	return blob;
}

void *dts_compile_file(const char *path, const char *options, size_t *size)
{
	char command[4096];

	if (system("dtc -v >/dev/null 2>&1")) {
		print_message("[  SKIP  ] there is no dtc\n");
		skip();
	}
	if (access(path, R_OK))
		return NULL;
	snprintf(command, sizeof(command), "dtc -q %s -I dts -O dtb -o - '%s'", options, path);
	return run(command, size);
}

void *dts_compile(const char *text, const char *options, size_t *size)
{
	char path[] = "/tmp/hwc-dts-XXXXXX";
	int fd = mkstemp(path);
	void *blob;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	blob = dts_compile_file(path, options, size);
	unlink(path);
	return blob;
}

void dts_write(const char *path, const void *blob, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(blob, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void write_temporary(char *path, const void *blob, size_t size)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, blob, size), size);
	close(fd);
}

char *dts_text(const void *blob, size_t size)
{
	char path[] = "/tmp/hwc-dtb-XXXXXX", command[4096];
	char *output, *text;

	write_temporary(path, blob, size);
	snprintf(command, sizeof(command), "dtc -q -I dtb -O dts -o - '%s'", path);
	output = run(command, &size);
	unlink(path);
	text = strndup(output, size);
	free(output);
	assert_non_null(text);
	return text;
}

void dts_check(const void *blob, size_t size)
{
	/* those that are not on by themselves, but for the ones that find fault with everything */
	static const char options[] = "-W node_name_chars_strict -W property_name_chars_strict "
				      "-W unique_unit_address_if_enabled";
	char path[] = "/tmp/hwc-dtb-XXXXXX", command[4096], said[512];
	FILE *pipe;

	write_temporary(path, blob, size);
	snprintf(command, sizeof(command), "dtc -I dtb -O dtb -o /dev/null %s '%s' 2>&1", options,
		 path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	if (fgets(said, sizeof(said), pipe))
		fail_msg("%s", said);
	assert_int_equal(pclose(pipe), 0);
	unlink(path);
}
