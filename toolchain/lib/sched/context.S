/*
 * Switching between threads on x86_64. A switch is a call, so only the registers that a call
 * preserves are saved, among them the floating-point settings (rounding, exception masks).
 */
#define SETTINGS_BYTES 8
#define SAVED_BYTES (SETTINGS_BYTES + 6 * 8)

	.macro	save_context
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	$0
	stmxcsr	(%rsp)
	fnstcw	4(%rsp)
	.endm

	.section .text.uk_context_switch, "ax", @progbits
	.globl	uk_context_switch
	.type	uk_context_switch, @function
uk_context_switch:
	save_context
	movq	%rsp, (%rdi)
	movq	(%rsp), %rax
	cmpq	%rax, (%rsi)	/* loading the settings is slow, and they rarely differ */
	movq	%rsi, %rsp
	jne	load_settings
	addq	$SETTINGS_BYTES, %rsp
load_registers:
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
load_settings:
	ldmxcsr	(%rsp)
	fldcw	4(%rsp)
	addq	$SETTINGS_BYTES, %rsp
	jmp	load_registers

	.globl	uk_context_load
	.type	uk_context_load, @function
uk_context_load:
	movq	%rdi, %rsp
	jmp	load_settings

	.section .text.uk_context_make, "ax", @progbits
	.globl	uk_context_make
	.type	uk_context_make, @function
uk_context_make:
	andq	$-16, %rdi
	subq	$SAVED_BYTES + 8, %rdi
	movq	$0, (%rdi)
	stmxcsr	(%rdi)
	fnstcw	4(%rdi)
	movq	$0, 8(%rdi)	/* r15 */
	movq	$0, 16(%rdi)
	movq	$0, 24(%rdi)
	movq	%rsi, 32(%rdi)	/* r12: entry */
	movq	%rdx, 40(%rdi)	/* rbx: argument */
	movq	$0, 48(%rdi)	/* rbp */
	movq	$begin, SAVED_BYTES(%rdi)
	movq	%rdi, %rax
	ret
begin:	movq	%rbx, %rdi
	call	*%r12
	ud2

	.section .text.uk_context_call, "ax", @progbits
	.globl	uk_context_call
	.type	uk_context_call, @function
uk_context_call:
	movq	%rdx, %rsp
	andq	$-16, %rsp
	xorl	%ebp, %ebp
	xchgq	%rsi, %rdi
	call	*%rsi
	ud2

	.section .note.GNU-stack, "", @progbits
