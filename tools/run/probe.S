# The guest of probe.go: PVH entry, long mode, ring 3, SYSCALL, and the verdict to the
# debug-exit port: 0x10 if the handler runs in ring 0, 0x11 if not. Any fault is a triple
# fault, for there is no IDT.
        .section .note.pvh, "a", @note
        .long   4, 8, 18
        .asciz  "Xen"
        .quad   start32

        .text
        .code32
        .globl  start32
start32:
        cli
        movl    $stack_top, %esp
        # The first 2 MiB, identity mapped, open to ring 3.
        movl    $pdpt + 7, pml4
        movl    $pd + 7, pdpt
        movl    $0x87, pd
        movl    $pml4, %eax
        movl    %eax, %cr3
        movl    %cr4, %eax
        orl     $1 << 5, %eax                   # PAE
        movl    %eax, %cr4
        movl    $0xc0000080, %ecx               # EFER: LME, SCE
        rdmsr
        orl     $0x101, %eax
        wrmsr
        movl    %cr0, %eax
        orl     $0x80000001, %eax               # PG, PE
        movl    %eax, %cr0
        lgdt    gdtr
        ljmp    $0x08, $start64
        .code64
start64:
        movl    $0x10, %eax
        movl    %eax, %ss
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    $0xc0000081, %ecx               # STAR: ring 0 from 0x08, ring 3 from 0x18
        movl    $0x00180008, %edx
        wrmsr
        movl    $0xc0000082, %ecx               # LSTAR
        movl    $handler, %eax
        xorl    %edx, %edx
        wrmsr
        movl    $0xc0000084, %ecx               # FMASK
        xorl    %eax, %eax
        wrmsr
        pushq   $0x23                           # SS, RSP, RFLAGS, CS, RIP for ring 3
        pushq   $stack_top
        pushq   $0x2
        pushq   $0x2b
        pushq   $user
        iretq
user:   movl    $39, %eax
        syscall
1:      jmp     1b
handler:
        movl    $0x10, %eax
        movl    %cs, %ecx
        testl   $3, %ecx
        jz      1f
        movl    $0x11, %eax
1:      movl    $0xf4, %edx
        outl    %eax, %dx
2:      jmp     2b

        .balign 8
gdt:    .quad   0, 0x00af9a000000ffff, 0x00cf92000000ffff       # 0x08 code, 0x10 data
        .quad   0, 0x00cff2000000ffff, 0x00affa000000ffff       # 0x20 data, 0x28 code, ring 3
gdtr:   .word   47
        .quad   gdt

        .bss
        .balign 4096
pml4:   .skip   4096
pdpt:   .skip   4096
pd:     .skip   4096
stack:  .skip   4096
stack_top:
