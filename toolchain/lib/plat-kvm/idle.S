/* The only places where interrupts are let in. They are functions in assembly, so that a
 * compiler takes all registers that a call may change, vector ones too, for lost. */

	.section .text.uk_kvm_idle, "ax", @progbits
	.globl	uk_kvm_idle
uk_kvm_idle:
	sti			/* takes effect after the next instruction */
	hlt
	cli
	ret

	.section .text.uk_kvm_take_pending, "ax", @progbits
	.globl	uk_kvm_take_pending
uk_kvm_take_pending:
	sti
	nop
	cli
	ret

	.section .note.GNU-stack, "", @progbits
