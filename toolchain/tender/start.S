/* The first instructions of the tender: the kernel leaves what it has to say on the stack. */
	.text
	.globl	_start
	.type	_start, @function
_start:
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	tender_main
	ud2
	.size	_start, . - _start

	.section .note.GNU-stack, "", @progbits
