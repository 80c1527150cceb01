/*
 * Entries of the interrupt table. Each stub is one call of five bytes, so that its return
 * address tells the vector. Every entry runs on a stack of its own (see traps.c): the red zone
 * below the interrupted function's stack pointer is left alone.
 */
#include <uk/x86-cpu.h>

	.section .text.uk_x86_trap_stubs, "ax", @progbits
	.globl	uk_x86_trap_stubs, uk_x86_spurious
uk_x86_trap_stubs:
	.rept	VECTOR_COUNT
	call	trap
	.endr

trap:	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rbx
	pushq	%rsi
	pushq	%rdi
	pushq	%rbp
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	movq	%rsp, %rdi
	andq	$-16, %rsp	/* an error code shifts it by 8 */
	call	uk_x86_trap
	movq	%rax, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rbp
	popq	%rdi
	popq	%rsi
	popq	%rbx
	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$8, %rsp	/* the stub's; of an error code the trap has taken care */
uk_x86_spurious:
	iretq

	.section .note.GNU-stack, "", @progbits
