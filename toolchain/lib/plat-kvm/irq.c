/*
 * Interrupt lines: the I/O interrupt controllers and who listens to what. Lines are numbered
 * as ACPI does: the first controller has the lower numbers, the second (QEMU's microvm with
 * ACPI) goes on where it ends.
 */
#include "kvm.h"
#include <uk/errors.h>
#include <uk/plat-kvm.h>
#include <uk/plat.h>

#define HANDLERS_MAX (VECTOR_TIMER - VECTOR_LINES)
#define NO_LINE (~0u) /* message-signalled */

#define FIRST_CONTROLLER 0xfec00000UL
#define SECOND_CONTROLLER 0xfec10000UL
#define CONTROLLER_DATA 0x10
#define REGISTER_VERSION 1
#define REGISTER_ENTRY(pin) (16 + 2 * (pin))
#define ENTRY_LEVEL (1u << 15)
#define MESSAGE_ADDRESS 0xfee00000UL

struct handler {
	void (*function)(void *argument);
	void *argument;
	unsigned line, vector;
};

static struct handler handlers[HANDLERS_MAX];
static unsigned handler_count, vector_count;

static void dispatch(unsigned vector)
{
	for (unsigned i = 0; i < handler_count; i++)
		if (handlers[i].vector == vector)
			handlers[i].function(handlers[i].argument);
}

static uint32_t controller_read(uintptr_t controller, unsigned index)
{
	write_register(controller, index);
	return read_register(controller + CONTROLLER_DATA);
}

static void controller_write(uintptr_t controller, unsigned index, uint32_t value)
{
	write_register(controller, index);
	write_register(controller + CONTROLLER_DATA, value);
}

/* The number of pins; 0 when there is no controller at that address. */
static unsigned controller_pins(uintptr_t controller)
{
	uint32_t version = controller_read(controller, REGISTER_VERSION);

	/* Where nothing is, reads give all zeros or all ones. */
	return version == 0 || version == UINT32_MAX ? 0 : (version >> 16 & 255) + 1;
}

bool uk_kvm_has_second_controller(void)
{
	return controller_pins(SECOND_CONTROLLER) != 0;
}

static int route(unsigned line, bool level, unsigned vector)
{
	uintptr_t controller = FIRST_CONTROLLER;
	unsigned pin = line, pins = controller_pins(controller);

	if (pin >= pins) {
		pin -= pins;
		controller = SECOND_CONTROLLER;
		if (pin >= controller_pins(controller))
			return -UK_EINVAL;
	}
	controller_write(controller, REGISTER_ENTRY(pin) + 1, 0); /* to the only processor */
	controller_write(controller, REGISTER_ENTRY(pin), vector | (level ? ENTRY_LEVEL : 0));
	return 0;
}

static int add(unsigned line, unsigned vector, void (*function)(void *), void *argument)
{
	uk_kvm_dispatch = dispatch;
	handlers[handler_count++] = (struct handler){function, argument, line, vector};
	return 0;
}

int uk_irq_register(unsigned line, bool level, void (*handler)(void *), void *argument)
{
	unsigned vector = VECTOR_LINES + vector_count;
	int result;

	if (handler_count == HANDLERS_MAX)
		return -UK_ENOSPC;
	for (unsigned i = 0; i < handler_count; i++)
		if (handlers[i].line == line)
			return add(line, handlers[i].vector, handler, argument);
	result = route(line, level, vector);
	if (result)
		return result;
	vector_count++;
	return add(line, vector, handler, argument);
}

int uk_kvm_message_register(void (*handler)(void *), void *argument, uint64_t *address,
			    uint32_t *data)
{
	if (handler_count == HANDLERS_MAX)
		return -UK_ENOSPC;
	*address = MESSAGE_ADDRESS;
	*data = VECTOR_LINES + vector_count;
	return add(NO_LINE, VECTOR_LINES + vector_count++, handler, argument);
}
