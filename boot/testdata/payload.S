# Stands in for the kernel in stub_test.go: checks what the stub promises, starts the other
# CPUs one after the other through the trampoline and reports on COM1:
#   "P<protocol> <number of CPUs> " then "ok" or "bad <letter>", and ends QEMU by port 0xf4.
# Assembled and linked with boot.S; lies at the kernel's address.
        .set    BASE, 0xffffffff80000000
        .set    DIRECT, 0xffff800000000000
        .set    LAPIC, 0xfee00000
        .set    PAGE, 0x8000

        .section .payload, "awx"
        .code64
        .globl  payload, payload_ap
payload:
        lea     stack_top(%rip), %rsp
        mov     %rdi, %r14
        mov     %rsi, %r15
        mov     $'P', %al
        call    putc
        lea     '0'(%r14), %eax
        call    putc
        mov     $' ', %al
        call    putc

        mov     $'a', %bl               # selectors
        mov     %cs, %eax
        cmp     $8, %eax
        jne     bad
        mov     %ss, %eax
        cmp     $16, %eax
        jne     bad
        mov     $'b', %bl               # interrupts off
        pushfq
        pop     %rax
        test    $0x200, %eax
        jnz     bad
        mov     $'c', %bl               # CR0, CR4
        mov     %cr0, %rax
        mov     %eax, %ecx
        and     $0xe005003f, %ecx       # PG CD NW AM WP NE TS EM MP PE, ET left out
        and     $~0x10, %ecx
        cmp     $0x80010023, %ecx
        jne     bad
        mov     %cr4, %rax
        cmp     $0x620, %rax
        jne     bad
        mov     $'d', %bl               # EFER as CPUID allows
        mov     $0x80000001, %eax
        push    %rbx
        cpuid
        pop     %rbx
        mov     $0x501, %esi            # LME LMA SCE
        test    $1 << 20, %edx
        jz      1f
        or      $0x800, %esi
1:      mov     $0xc0000080, %ecx
        rdmsr
        cmp     %esi, %eax
        jne     bad
        mov     $'e', %bl               # the three maps show the same memory
        mov     $0x100000, %eax
        mov     (%rax), %rcx
        mov     $DIRECT, %rdx
        cmp     (%rdx,%rax), %rcx
        jne     bad
        mov     $BASE, %rdx
        cmp     (%rdx,%rax), %rcx
        jne     bad
        mov     $'f', %bl               # up to the end of 4 GiB and of the kernel's GiB
        mov     $DIRECT, %rdx
        mov     $0xfffffff0, %eax
        mov     (%rax), %rcx
        cmp     (%rdx,%rax), %rcx
        jne     bad
        mov     0x3ffffff0, %rcx
        mov     $BASE + 0x3ffffff0, %rdx
        cmp     (%rdx), %rcx
        jne     bad
        mov     $'g', %bl               # the loader's information
        cmp     $1, %r14d
        jne     1f
        cmpl    $0x336ec578, (%r15)
        jne     bad
1:      mov     $'h', %bl               # the trampoline, copied; it goes to apEntry
        mov     0x100018, %esi
        mov     0x100020, %ecx
        sub     %esi, %ecx
        mov     $PAGE, %edi
        rep movsb
        lea     -32(%rdi), %rbp         # mailbox
        mov     0x100010, %rax
        mov     %rax, 8(%rbp)
        # Start APIC IDs 1, 2, … until one does not come.
        mov     $LAPIC, %r12d
        movl    $0x1ff, 0xf0(%r12)
        mov     $1, %r13d
next:   mov     %r13, (%rbp)
        mov     %r13d, %eax
        shl     $24, %eax
        mov     %eax, 0x310(%r12)
        movl    $0x4500, 0x300(%r12)
        mov     $100000, %ecx
1:      pause
        loop    1b
        mov     %eax, 0x310(%r12)
        movl    $0x4600 | PAGE >> 12, 0x300(%r12)
        mov     $3000000, %ecx
1:      pause
        cmpl    %r13d, arrived(%rip)
        je      1f
        loop    1b
        jmp     done
1:      cmpq    $-1, (%rbp)             # the offer must be gone
        jne     bad
        inc     %r13d
        jmp     next
done:   lea     '0'(%r13), %eax
        call    putc
        mov     $' ', %al
        call    putc
        mov     $'o', %al
        call    putc
        mov     $'k', %al
        call    putc
        mov     $'\n', %al
        call    putc
        mov     $0x10, %eax
        jmp     leave
bad:    mov     $'b', %al
        call    putc
        mov     $'a', %al
        call    putc
        mov     $'d', %al
        call    putc
        mov     %bl, %al
        call    putc
        mov     $'\n', %al
        call    putc
        mov     $0x11, %eax
leave:  mov     $0xf4, %edx
        out     %eax, %dx
1:      hlt
        jmp     1b
putc:   mov     $0x3f8, %edx
        out     %al, %dx
        ret

payload_ap:                             # RDI = index; no stack
        mov     %cs, %eax
        cmp     $8, %eax
        jne     1f
        mov     %cr4, %rax
        cmp     $0x620, %rax
        jne     1f
        mov     $0xc0000080, %ecx
        rdmsr
        and     $0x501, %eax
        cmp     $0x501, %eax
        jne     1f
        mov     %edi, arrived(%rip)
1:      hlt
        jmp     1b

        .balign 8
arrived: .long  0
        .balign 16
        .skip   4096
stack_top:
