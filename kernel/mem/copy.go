package mem

import "syscall"

// maxStalls bounds how often a copy is tried again at the same address without progress:
// another thread of the process may take a page away as often as it is supplied.
const maxStalls = 16

// userRange tells whether [va, va+n) is in the user's range.
func userRange(va VirtAddr, n int) bool {
	return va >= UserMin && va <= UserMax && uint64(n) <= uint64(UserMax-va)
}

// CopyIn copies user memory at va to dst. EFAULT: part of it is not there or may not be
// read; ENOMEM: there was no frame for it. dst has then been written to up to that place.
func (as *AddressSpace) CopyIn(dst []byte, va VirtAddr) error {
	if userRange(va, len(dst)) && as.pt.CopyIn(dst, va) == len(dst) {
		return nil // as usual
	}
	return as.copyIn(dst, va)
}

// copyIn is CopyIn, by pieces.
func (as *AddressSpace) copyIn(dst []byte, va VirtAddr) error {
	if len(dst) == 0 {
		return nil
	}
	if !userRange(va, len(dst)) {
		return syscall.EFAULT
	}
	for stalls := 0; ; {
		n := as.pt.CopyIn(dst, va)
		if n == len(dst) {
			return nil
		}
		dst, va = dst[n:], va+VirtAddr(n)
		if err := as.stalled(&stalls, n, va, Read); err != nil {
			return err
		}
	}
}

// CopyOut copies src to user memory at va. Errors are those of CopyIn, with write for read.
func (as *AddressSpace) CopyOut(va VirtAddr, src []byte) error {
	if userRange(va, len(src)) && as.pt.CopyOut(va, src) == len(src) {
		return nil
	}
	return as.copyOut(va, src)
}

// copyOut is CopyOut, by pieces.
func (as *AddressSpace) copyOut(va VirtAddr, src []byte) error {
	if len(src) == 0 {
		return nil
	}
	if !userRange(va, len(src)) {
		return syscall.EFAULT
	}
	for stalls := 0; ; {
		n := as.pt.CopyOut(va, src)
		if n == len(src) {
			return nil
		}
		src, va = src[n:], va+VirtAddr(n)
		if err := as.stalled(&stalls, n, va, Write); err != nil {
			return err
		}
	}
}

// stalled deals with a copy that stopped at va after n bytes.
func (as *AddressSpace) stalled(stalls *int, n int, va VirtAddr, access Prot) error {
	if n > 0 {
		*stalls = 0
	}
	if *stalls++; *stalls > maxStalls {
		return syscall.EFAULT
	}
	switch err := as.Fault(va, access); err {
	case nil, syscall.ENOMEM:
		return err
	}
	return syscall.EFAULT
}

// CopyInString copies the string at va that a zero byte ends, without that byte. ENAMETOOLONG:
// there is none among the first max bytes; other errors as CopyIn.
func (as *AddressSpace) CopyInString(va VirtAddr, max int) (string, error) {
	const chunk = 128
	var buf []byte
	for {
		// Not across a page: the string may end before the next one, which need not exist.
		n := min(chunk, max-len(buf), int(PageSize-va%PageSize))
		if n <= 0 {
			return "", syscall.ENAMETOOLONG
		}
		done := len(buf)
		if buf == nil {
			buf = make([]byte, n, chunk)
		} else {
			buf = append(buf, make([]byte, n)...)
		}
		if err := as.CopyIn(buf[done:], va); err != nil {
			return "", err
		}
		for i, c := range buf[done:] {
			if c == 0 {
				return string(buf[:done+i]), nil
			}
		}
		va += VirtAddr(n)
	}
}
