/* The first instructions of a program of the host (the switch uses this file too): the kernel leaves
 * what it has to say on the stack. */
	.text
	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	program_main
	ud2
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
