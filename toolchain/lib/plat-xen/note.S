/* Beside the entry point, which all PVH images name: what this one was built for. */

	.section .note.Xen, "a", @note
	.balign 4
	.long	4, 10, 6	/* sizes of name and value; XEN_ELFNOTE_GUEST_OS */
	.asciz	"Xen"
	.asciz	"unikernel"
	.balign 4

	.section .note.GNU-stack, "", @progbits
