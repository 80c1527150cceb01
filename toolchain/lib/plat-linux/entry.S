/* The first instructions, on no stack yet, and what the tender reads in the image's note. */
#include "linux.h"
#include <uk/tender-abi.h>

	.section .note.unikernel, "a", @note
	.balign 4
	.long	10, 32, UK_TENDER_NOTE	/* sizes of name and content */
	.asciz	"Unikernel"
	.balign 4
	.long	UK_TENDER_VERSION
	.long	CONFIG_PLAT_LINUX_STACKS
	.quad	CONFIG_PLAT_LINUX_STACKS_KIB * 1024
	.quad	UK_LINUX_STACK_GUARD
	.quad	uk_linux_fault

	.section .text.uk_linux_entry, "ax", @progbits
	.globl	uk_linux_entry
	.type	uk_linux_entry, @function
uk_linux_entry:
	cld
	leaq	__stack_end, %rsp
	xorl	%ebp, %ebp
	call	uk_linux_start
	ud2
	.size	uk_linux_entry, . - uk_linux_entry

	.section .uk_stack, "aw", @nobits
	.balign 16
	.skip	CONFIG_PLAT_LINUX_STACK_KIB * 1024

	.section .note.GNU-stack, "", @progbits
