/*
 * The first instructions: 32-bit protected mode without paging, as PVH defines it, to 64-bit
 * code on the first thread's stack. %ebx holds the address of hvm_start_info.
 */
#include <uk/x86-cpu.h>

/* Tables for the first 1 GiB, until C has built better ones, lie at the far end of the stack,
 * which nobody has reached yet. */
#define early_pml4 __stack_start
#define early_pdpt (__stack_start + 4096)
#define early_pd (__stack_start + 8192)

	/* Monitors find the entry point here. The value has 8 bytes, since QEMU and
	 * Firecracker read as many from a 64-bit image. */
	.section .note.Xen, "a", @note
	.balign 4
	.long	4, 8, 18	/* sizes of name and value; XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	uk_pvh_entry

	.section .text.uk_pvh_entry, "ax", @progbits
	.globl	uk_pvh_entry
	.type	uk_pvh_entry, @function
	.code32
uk_pvh_entry:
	cld
	movl	$early_pdpt + PAGE_PRESENT + PAGE_WRITABLE, early_pml4
	movl	$early_pd + PAGE_PRESENT + PAGE_WRITABLE, early_pdpt
	movl	$early_pd, %edi
	movl	$PAGE_PRESENT + PAGE_WRITABLE + PAGE_LARGE, %eax
1:	movl	%eax, (%edi)
	addl	$8, %edi
	addl	$0x200000, %eax
	cmpl	$early_pd + 4096, %edi
	jb	1b

	movl	$CR4_BOOT, %eax
	movl	%eax, %cr4
	movl	$early_pml4, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME + EFER_NXE, %eax
	wrmsr
	movl	$CR0_BOOT, %eax
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$SELECTOR_CODE, $start64

	.code64
start64:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ss
	movl	%eax, %ds
	movl	%eax, %es
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	$SELECTOR_TSS, %eax
	movl	$uk_x86_tss, %ecx	/* its descriptor cannot be filled in by the linker */
	movw	%cx, gdt + SELECTOR_TSS + 2
	shrl	$16, %ecx
	movb	%cl, gdt + SELECTOR_TSS + 4
	movb	%ch, gdt + SELECTOR_TSS + 7
	ltr	%ax
	movl	$__stack_end, %esp
	fninit
	xorl	%ebp, %ebp
	movl	%ebx, %edi
	call	uk_x86_boot
	ud2
	.size	uk_pvh_entry, . - uk_pvh_entry

	.section .data.uk_x86_gdt, "aw", @progbits
	.balign 8
gdt:	.quad	0
	.quad	0x00af9b000000ffff	/* SELECTOR_CODE: 64-bit, accessed */
	.quad	0x00cf93000000ffff	/* SELECTOR_DATA */
	.quad	0x0000890000000067	/* SELECTOR_TSS: 104 bytes, available */
	.quad	0
#ifdef CONFIG_PLAT_USER_MODE
	.quad	0x00cff3000000ffff	/* SELECTOR_USER_DATA */
	.quad	0x00affb000000ffff	/* SELECTOR_USER_CODE */
#endif
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt

	.section .uk_stack, "aw", @nobits
	.balign 16
	.skip	CONFIG_PLAT_STACK_KIB * 1024

	.section .note.GNU-stack, "", @progbits
