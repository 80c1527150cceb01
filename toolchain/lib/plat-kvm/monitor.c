/* What the monitor says about itself, kept for drivers that ask later. */
#include "kvm.h"
#include <uk/plat-kvm.h>

static const char *command_line;
static bool has_acpi;

void uk_kvm_monitor_init(const struct pvh_start_info *info)
{
	command_line = (const char *)info->command_line;
	has_acpi = info->rsdp != 0;
}

const char *uk_kvm_command_line(void)
{
	return command_line ? command_line : "";
}

unsigned uk_kvm_mmio_line(unsigned transport)
{
	/* QEMU's choice: a second controller of its own if it can have one (not with KVM's
	 * controllers inside the kernel), else the pins that no legacy device of this machine
	 * uses. */
	if (uk_kvm_has_second_controller())
		return 24 + transport;
	return (has_acpi ? 16 : 5) + transport;
}
