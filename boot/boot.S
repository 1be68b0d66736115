# The way into the kernel: from a boot loader (PVH or Multiboot2, 32-bit protected mode,
# paging off) or, for every other CPU, from real mode, to 64-bit code of the Go kernel.
#
#   as --64 boot.S -o boot.o && ld -T boot.ld -o boot.elf boot.o
#
# The image lies at 1 MiB and begins with the header that boot.Header mirrors; the tool
# that joins stub and kernel fills in the three words marked "patched".
#
# Order of reading: header, Multiboot2 header, PVH note; start32 (first CPU);
# tramp_start (the others); tables and stack.

        # MSR, control register bits
        .set    EFER, 0xc0000080
        .set    EFER_SCE, 1 << 0
        .set    EFER_LME, 1 << 8
        .set    EFER_NXE, 1 << 11
        .set    CR4_BITS, 1 << 5 | 1 << 9 | 1 << 10     # PAE OSFXSR OSXMMEXCPT
        .set    CR0_SET, 1 << 31 | 1 << 16 | 1 << 5 | 1 << 1 | 1 << 0   # PG WP NE MP PE
        .set    CR0_CLEAR, 1 << 30 | 1 << 29 | 1 << 18 | 1 << 3 | 1 << 2 # CD NW AM TS EM

        .set    PTE_TABLE, 0x003                        # present, writable
        .set    PTE_2M, 0x083                           # the same, 2 MiB page

        .set    SEL_CODE64, 0x08
        .set    SEL_DATA, 0x10
        .set    SEL_CODE32, 0x18

        .set    PVH_MAGIC, 0x336ec578
        .set    MB2_MAGIC, 0x36d76289                   # in EAX at entry
        .set    PROTOCOL_PVH, 1
        .set    PROTOCOL_MB2, 2

# ---------------------------------------------------------------------------------------
        .section .header, "aw"
        .globl  header
header: .ascii  "GOSSAMER"              # magic
kernel_entry:
        .quad   0                       # patched: kernelEntry
        .quad   0                       # patched: apEntry
        .quad   tramp_start
        .quad   tramp_end
        .quad   boot_pml4
        .quad   0                       # patched: imageEnd

# Multiboot2 header (Multiboot2 specification 3.1). Every tag is optional (flag 1) except
# the module alignment: a loader that cannot give a framebuffer still boots us.
        .balign 8
        .globl  mb2_header
mb2_header:
        .long   0xe85250d6, 0, mb2_header_end - mb2_header
        .long   -(0xe85250d6 + (mb2_header_end - mb2_header))
        .balign 8
1:      .short  1, 1                    # information request
        .long   2f - 1b
        .long   1, 3, 6, 8, 14, 15      # command line, modules, memory map, framebuffer, RSDP v1, v2
2:      .balign 8
        .short  3, 1                    # entry address, whatever e_entry says
        .long   12, mb2_start
        .balign 8
        .short  5, 1                    # framebuffer: any size, 32 bits a pixel
        .long   20, 0, 0, 32
        .balign 8
        .short  6, 0                    # modules on page boundaries
        .long   8
        .balign 8
        .short  0, 0
        .long   8
mb2_header_end:

# PVH note (Xen, "x86/HVM direct boot ABI"): the 32-bit entry point. The descriptor has 8
# bytes because QEMU reads a size_t there, whatever the note's descriptor size is.
        .section .note.pvh, "a", @note
        .balign 4
        .globl  pvh_note, pvh_note_end
pvh_note:
        .long   4, 8, 18                # XEN_ELFNOTE_PHYS32_ENTRY
        .asciz  "Xen"
        .quad   start32
pvh_note_end:

# ---------------------------------------------------------------------------------------
# The first CPU. EBX = physical address of the loader's information, flat segments, no
# stack. EDI will hold the protocol, EBP the information, from here to kernelEntry.
        .section .text, "ax"
        .code32
        .globl  start32, mb2_start
start32:
mb2_start:
        cli
        cld
        movl    $boot_stack_top, %esp
        movl    %ebx, %ebp

        # PVH leaves EAX undefined, so look at the information first; the first word of a
        # Multiboot2 information is its size and never looks like PVH's magic.
        movl    $PROTOCOL_PVH, %edi
        cmpl    $PVH_MAGIC, (%ebx)
        je      1f
        movl    $PROTOCOL_MB2, %edi
        movl    $no_protocol, %esi
        cmpl    $MB2_MAGIC, %eax
        jne     fail
1:
        # CPUID exists if EFLAGS.ID can be changed.
        pushfl
        popl    %eax
        movl    %eax, %ecx
        xorl    $1 << 21, %eax
        pushl   %eax
        popfl
        pushfl
        popl    %eax
        movl    $no_long_mode, %esi
        xorl    %ecx, %eax
        testl   $1 << 21, %eax
        jz      fail
        movl    $0x80000000, %eax
        cpuid
        cmpl    $0x80000001, %eax
        jb      fail
        movl    $0x80000001, %eax
        cpuid
        testl   $1 << 29, %edx          # long mode
        jz      fail
        movl    $no_kernel, %esi
        cmpl    $0, kernel_entry
        je      fail

        # SYSCALL comes with long mode; its CPUID bit cannot be asked for here, for Intel
        # shows it in 64-bit mode only.
        movl    $EFER_LME | EFER_SCE, %eax
        testl   $1 << 20, %edx          # execute-disable
        jz      1f
        orl     $EFER_NXE, %eax
1:      movl    %eax, mb_efer           # the other CPUs take the same

        # Boot page tables, cleared here: no loader need be trusted with it.
        pushl   %edi
        movl    $boot_pml4, %edi
        xorl    %eax, %eax
        movl    $(boot_tables_end - boot_pml4) / 4, %ecx
        rep stosl
        movl    $boot_pml4, %edi
        movl    $boot_pdpt + PTE_TABLE, %eax
        movl    %eax, (%edi)                    # identity
        movl    %eax, 256 * 8(%edi)             # direct map
        movl    $boot_pdpt_kernel + PTE_TABLE, 511 * 8(%edi)
        movl    $boot_pd + PTE_TABLE, %eax
        movl    %eax, boot_pdpt_kernel + 510 * 8
        movl    $boot_pdpt, %edi
        movl    $4, %ecx
1:      movl    %eax, (%edi)
        addl    $8, %edi
        addl    $4096, %eax
        loop    1b
        movl    $boot_pd, %edi
        movl    $PTE_2M, %eax
        movl    $4 * 512, %ecx
1:      movl    %eax, (%edi)
        addl    $8, %edi
        addl    $2 << 20, %eax
        loop    1b
        popl    %edi

        # Long mode (Intel SDM 3A 10.8.5): CR4.PAE, CR3, EFER.LME, CR0.PG.
        movl    $CR4_BITS, %eax
        movl    %eax, %cr4
        movl    $boot_pml4, %eax
        movl    %eax, %cr3
        movl    $EFER, %ecx
        rdmsr
        orl     mb_efer, %eax
        wrmsr
        movl    %cr0, %eax
        andl    $~CR0_CLEAR, %eax
        orl     $CR0_SET, %eax
        movl    %eax, %cr0
        lgdt    boot_gdtr
        ljmp    $SEL_CODE64, $start64

        .code64
start64:
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    $SEL_DATA, %eax
        movl    %eax, %ss
        movl    $boot_stack_top, %esp
        movl    %edi, %edi
        movl    %ebp, %esi
        xorl    %ebp, %ebp
        movq    kernel_entry, %rax
        jmp     *%rax

# ---------------------------------------------------------------------------------------
# fail prints the message at ESI on the VGA text screen and on COM1 and stops. Either may
# be missing: nothing is waited for without a bound.
        .code32
fail:   movw    $0x3f8 + 3, %dx         # 115200 8N1; without it a real UART sends garbage
        movb    $0x80, %al
        outb    %al, %dx
        movw    $0x3f8, %dx
        movb    $1, %al
        outb    %al, %dx
        incw    %dx
        xorl    %eax, %eax
        outb    %al, %dx
        movw    $0x3f8 + 3, %dx
        movb    $3, %al
        outb    %al, %dx
        movl    $0xb8000, %edi
1:      movw    $0x3f8 + 5, %dx
        movl    $100000, %ecx
2:      inb     %dx, %al
        testb   $0x20, %al
        loopz   2b
        lodsb
        testb   %al, %al
        jz      3f
        movw    $0x3f8, %dx
        outb    %al, %dx
        cmpb    $' ', %al               # line ends are for the serial line only
        jb      1b
        movb    $0x4f, %ah
        stosw
        jmp     1b
3:      cli
        hlt
        jmp     3b

no_protocol:
        .asciz  "gossamer: started neither by PVH nor by Multiboot2\r\n"
no_long_mode:
        .asciz  "gossamer: this CPU has no 64-bit mode\r\n"
no_kernel:
        .asciz  "gossamer: the image holds no kernel\r\n"

# ---------------------------------------------------------------------------------------
# The trampoline: every other CPU starts here, in real mode, at the beginning of a copy of
# [tramp_start, tramp_end) in some page below 1 MiB: CS = page address / 16, IP = 0. It
# uses no stack. Addresses inside the copy are offsets from tramp_start; EBP is the
# copy's linear address. Its last 32 bytes are the mailbox (boot/trampoline.go).
        .balign 16
        .code16
        .globl  tramp_start, tramp_end, tramp_mailbox
tramp_start:
        cli
        cld
        movw    %cs, %ax
        movw    %ax, %ds
        xorl    %ebp, %ebp
        movw    %ax, %bp
        shll    $4, %ebp
        # The descriptor table and the two far jumps want linear addresses.
        leal    (tramp_gdt - tramp_start)(%ebp), %eax
        movl    %eax, (tramp_gdtr + 2 - tramp_start)
        leal    (tramp32 - tramp_start)(%ebp), %eax
        movl    %eax, (tramp_far32 - tramp_start)
        leal    (tramp64 - tramp_start)(%ebp), %eax
        movl    %eax, (tramp_far64 - tramp_start)
        lgdtl   (tramp_gdtr - tramp_start)
        movl    %cr0, %eax
        orl     $1, %eax
        movl    %eax, %cr0
        ljmpl   *(tramp_far32 - tramp_start)

        .code32
tramp32:
        movl    $SEL_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    $CR4_BITS, %eax
        movl    %eax, %cr4
        movl    (mb_pml4 - tramp_start)(%ebp), %eax
        movl    %eax, %cr3
        movl    $EFER, %ecx
        rdmsr
        orl     (mb_efer - tramp_start)(%ebp), %eax
        wrmsr
        movl    %cr0, %eax              # after INIT the caches are off: CR0_CLEAR has CD, NW
        andl    $~CR0_CLEAR, %eax
        orl     $CR0_SET, %eax
        movl    %eax, %cr0
        ljmpl   *(tramp_far64 - tramp_start)(%ebp)

        .code64
tramp64:
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    $SEL_DATA, %eax
        movl    %eax, %ss
        movl    %ebp, %ebp
        # Take the index out of the mailbox: one CPU gets it, whoever else comes parks.
        movq    $-1, %rdi
        xchgq   %rdi, (mb_index - tramp_start)(%rbp)
        cmpq    $-1, %rdi
        je      1f
        movq    (mb_entry - tramp_start)(%rbp), %rax
        xorl    %esp, %esp
        jmp     *%rax
1:      cli
        hlt
        jmp     1b

        .balign 8
tramp_gdt:
        .quad   0
        .quad   0x00af9b000000ffff      # 64-bit code
        .quad   0x00cf93000000ffff      # data
        .quad   0x00cf9b000000ffff      # 32-bit code, to get here
tramp_gdt_end:
tramp_gdtr:
        .short  tramp_gdt_end - tramp_gdt - 1
        .long   0                       # filled in by the copy
        .balign 4
tramp_far32:
        .long   0                       # the same
        .short  SEL_CODE32, 0
tramp_far64:
        .long   0                       # the same
        .short  SEL_CODE64, 0

        .balign 8
tramp_mailbox:
mb_index:
        .quad   -1                      # CPU index, -1 when taken
mb_entry:
        .quad   0                       # apEntry
mb_pml4:
        .long   boot_pml4
mb_efer:
        .long   0                       # bits to set in EFER, found by the first CPU
        .ascii  "MAILBOX1"              # so that Go can tell that the offsets agree
tramp_end:

        .balign 8
boot_gdtr:
        .short  tramp_gdt_end - tramp_gdt - 1
        .quad   tramp_gdt

# ---------------------------------------------------------------------------------------
# One PDPT with four page directories serves as identity map and as direct map; the first
# of the directories serves the kernel's GiB too.
        .section .bss, "aw", @nobits
        .balign 4096
boot_pml4:
        .skip   4096
boot_pdpt:
        .skip   4096
boot_pdpt_kernel:
        .skip   4096
boot_pd:
        .skip   4 * 4096
boot_tables_end:
        .skip   4096
boot_stack_top:
