/* See handover.h. Paging ends here, so the firmware's page tables may be overwritten. */

#define SELECTOR_CODE 8
#define SELECTOR_DATA 16
#define CR0_PAGING 0x80000000
#define MSR_EFER 0xc0000080
#define EFER_LONG_MODE 0x100

	.section .rdata, "dr"
	.globl	handover_start, handover_end
	.code64
handover_start:
	movq	%rdx, %rsp
	leaq	gdt(%rip), %rax
	movq	%rax, gdt_pointer + 2(%rip)
	lgdt	gdt_pointer(%rip)
	leaq	mode32(%rip), %rax
	pushq	$SELECTOR_CODE
	pushq	%rax
	lretq

	.code32
mode32:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%cr0, %eax
	andl	$~CR0_PAGING, %eax
	movl	%eax, %cr0
	movl	%ecx, %ebp
	movl	$MSR_EFER, %ecx
	rdmsr
	andl	$~EFER_LONG_MODE, %eax
	wrmsr
	xorl	%eax, %eax
	movl	%eax, %cr4

	cld
	movl	8(%ebp), %edx		/* move_count */
	leal	12(%ebp), %ebx		/* moves */
1:	testl	%edx, %edx
	jz	2f
	movl	(%ebx), %esi
	movl	4(%ebx), %edi
	movl	8(%ebx), %ecx
	rep movsb
	movl	12(%ebx), %ecx
	rep stosb			/* %al is 0 */
	addl	$16, %ebx
	decl	%edx
	jmp	1b
2:	movl	4(%ebp), %ebx		/* start_info, where PVH wants it */
	jmp	*(%ebp)

	.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff	/* SELECTOR_CODE: 32-bit */
	.quad	0x00cf93000000ffff	/* SELECTOR_DATA */
gdt_pointer:
	.word	. - gdt - 1
	.quad	0
handover_end:
