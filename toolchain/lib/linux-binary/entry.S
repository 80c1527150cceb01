/*
 * From the program to the kernel and back. The program's stack is not touched: what lies below
 * its stack pointer may be in use (the red zone). One processor, and interrupts are off until the
 * program goes on, so variables serve where a kernel for many has per-processor memory.
 */
#include "context.h"
#include <uk/x86-cpu.h>

	.macro	push_registers
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	subq	$CONTEXT_FLOATING_BYTES, %rsp
	.endm

	.macro	pop_registers
	addq	$CONTEXT_FLOATING_BYTES, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
	.endm

	.macro	each_vector instruction
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\instruction \n
	.endr
	.endm
	.macro	save_vector n
	movaps	%xmm\n, CONTEXT_FIRST_VECTOR + 16 * \n(%rsp)
	.endm
	.macro	load_vector n
	movaps	CONTEXT_FIRST_VECTOR + 16 * \n(%rsp), %xmm\n
	.endm

	.section .text.binary_entry, "ax", @progbits
	/* SYSCALL has put the address to return to in %rcx and the flags in %r11. */
	.globl	binary_system_call_entry
	.type	binary_system_call_entry, @function
binary_system_call_entry:
	movq	%rsp, program_stack
	movq	binary_kernel_stack, %rsp
	pushq	$0
	pushq	$SELECTOR_USER_DATA
	pushq	program_stack
	pushq	%r11
	pushq	$SELECTOR_USER_CODE
	pushq	%rcx
	pushq	%rax
	push_registers
	each_vector save_vector
	movq	%rsp, %rdi
	call	binary_system_call
	cmpq	$0, CONTEXT_COMPLETE(%rsp)
	movq	%rsp, %rdi
	jne	binary_resume
	leaq	CONTEXT_BYTES(%rsp), %rax
	movq	%rax, binary_kernel_stack
	each_vector load_vector
	pop_registers
	addq	$8, %rsp	/* the number */
	popq	%rcx
	addq	$8, %rsp
	popq	%r11
	popq	%rsp
	sysretq

	.globl	binary_trap_entry
	.type	binary_trap_entry, @function
binary_trap_entry:
	push_registers
	fxsave64 (%rsp)
	cld
	movq	%rsp, %rdi
	call	binary_trapped
	movq	%rsp, %rdi
	/* falls through */

	.globl	binary_resume
	.type	binary_resume, @function
binary_resume:
	movq	%rdi, %rsp
	leaq	CONTEXT_BYTES(%rsp), %rax
	movq	%rax, binary_kernel_stack
	fxrstor64 (%rsp)
	pop_registers
	addq	$8, %rsp
	iretq

	.section .bss.binary_entry, "aw", @nobits
	.balign	8
	.globl	binary_kernel_stack
binary_kernel_stack:
	.skip	8
program_stack:
	.skip	8

	.section .note.GNU-stack, "", @progbits
