package ulib

import (
	"unsafe"

	"gossamer/ulib/sys"
)

// MaxKeys is how many keys there can be at a time. POSIX PTHREAD_KEYS_MAX is at least 128.
const MaxKeys = 128

// destructorRounds bounds how often destructors are called that set values again. POSIX
// PTHREAD_DESTRUCTOR_ITERATIONS.
const destructorRounds = 4

// A Key names a value that each thread has its own of: pthread_key_create(3).
type Key uint32

// keys says what each key is used for. The number of a use keeps values of an earlier one away.
var keys struct {
	lock lock
	key  [MaxKeys]struct {
		used       bool
		use        uint32
		destructor func(value uintptr)
	}
}

// values are a thread's, in memory of Alloc's.
type values [MaxKeys]struct {
	value uintptr
	use   uint32
}

// CreateKey makes a key. Its value is 0 in every thread. A thread that ends calls destructor, a
// top-level function, if that is not nil, with its value, if that is not 0, again and again
// while destructors give it another, up to 4 times. pthread_key_create(3). EAGAIN: MaxKeys keys.
func CreateKey(destructor func(value uintptr)) (Key, Errno) {
	v := enter()
	keys.lock.acquire(v)
	for i := range keys.key {
		k := &keys.key[i]
		if !k.used {
			k.used = true
			k.use++
			*(*uintptr)(unsafe.Pointer(&k.destructor)) = *(*uintptr)(unsafe.Pointer(&destructor))
			keys.lock.release()
			v.leave()
			return Key(i), 0
		}
	}
	keys.lock.release()
	v.leave()
	return 0, sys.EAGAIN
}

// DeleteKey ends a key; its values are forgotten, without destructors. pthread_key_delete(3).
// EINVAL: there is no such key.
func DeleteKey(k Key) Errno {
	v := enter()
	keys.lock.acquire(v)
	e := sys.EINVAL
	if k < MaxKeys && keys.key[k].used {
		keys.key[k].used = false
		e = 0
	}
	keys.lock.release()
	v.leave()
	return e
}

// SetSpecific gives the caller's value for a key. pthread_setspecific(3). EINVAL: there is no such
// key; ENOMEM.
func SetSpecific(k Key, value uintptr) Errno {
	if k >= MaxKeys || !keys.key[k].used {
		return sys.EINVAL
	}
	t := self()
	if t.specific == 0 {
		p, e := Alloc(unsafe.Sizeof(values{}))
		if e != 0 {
			return e
		}
		*(*values)(unsafe.Pointer(p)) = values{}
		t.specific = p
		t.duties++
	}
	x := &(*values)(unsafe.Pointer(t.specific))[k]
	x.value, x.use = value, keys.key[k].use
	return 0
}

// GetSpecific returns the caller's value for a key, 0 if it has given none. pthread_getspecific(3).
func GetSpecific(k Key) uintptr {
	t := self()
	if t.specific == 0 || k >= MaxKeys {
		return 0
	}
	x := &(*values)(unsafe.Pointer(t.specific))[k]
	if !keys.key[k].used || x.use != keys.key[k].use {
		return 0
	}
	return x.value
}

// destroySpecific calls the destructors and frees the values.
func (t *thread) destroySpecific() {
	all := (*values)(unsafe.Pointer(t.specific))
	for range destructorRounds {
		called := false
		for i := range all {
			value := GetSpecific(Key(i))
			all[i].value = 0
			if f := keys.key[i].destructor; value != 0 && f != nil {
				called = true
				f(value)
			}
		}
		if !called {
			break
		}
	}
	Free(t.specific)
	t.specific = 0
}
