package i8042

import "gossamer/kernel/dev/keyboard"

// Start looks for a controller and prepares it. The keyboard, if it answers, is set up too. It
// leaves a controller that makes no sense with its port off.
func Start(cfg Config) (*Controller, error) {
	c := &Controller{Config: cfg, lights: make(chan keyboard.Lights, 1)}
	if !c.present() {
		return nil, ErrAbsent
	}
	// Quiet, so that what is read is the answer to what was written.
	if !c.command(cmdPortOff) || !c.command(cmdAuxOff) || !c.flush() {
		return nil, ErrSilent
	}
	config, ok := c.ask(cmdReadConfig)
	if !ok {
		return nil, ErrSilent
	}
	if v, ok := c.ask(cmdSelfTest); !ok {
		return nil, ErrSilent
	} else if v != selfTestGood {
		// Some laptops' fail, and work.
		c.Log("i8042: the controller's self-test says %#x", v)
	}
	config = config&^(configIRQ|configAuxIRQ|configTranslate) | configPortOff | configAuxOff
	if !c.Raw {
		config |= configTranslate
	}
	if !c.command(cmdWriteConfig, config) {
		return nil, ErrSilent
	}
	got, ok := c.ask(cmdReadConfig)
	if !ok {
		return nil, ErrSilent
	}
	c.dec.translated = got&configTranslate != 0
	if v, ok := c.ask(cmdTestPort); !ok {
		return nil, ErrSilent
	} else if v != 0 {
		c.Log("i8042: the test of the keyboard's port says %#x", v)
	}
	if !c.command(cmdPortOn) {
		return nil, ErrSilent
	}
	c.setup()
	if !c.command(cmdWriteConfig, config&^configPortOff|configIRQ) {
		c.command(cmdPortOff)
		return nil, ErrSilent
	}
	return c, nil
}

// present reports whether anything is there: an empty bus reads as all ones, now and later.
func (c *Controller) present() bool {
	for range 3 {
		if c.Ports.Status() != absent {
			return true
		}
		c.Sleep(1e6)
	}
	return false
}

// ask writes a command of the controller that has an answer.
func (c *Controller) ask(v uint8) (answer uint8, ok bool) {
	if !c.command(v) {
		return 0, false
	}
	return c.answer(answerTime)
}

// setup makes the keyboard use set 2, repeat quickly and send; its lights follow. It reports
// whether a keyboard answered.
func (c *Controller) setup() bool {
	c.dec.reset()
	if !c.tell(kbdDisable) {
		// Perhaps in the middle of something: a reset gets it out of that.
		if !c.tell(kbdReset) {
			c.Log("i8042: no keyboard answers")
			return false
		}
		if v, ok := c.answer(resetTime); !ok || v != kbdPassed {
			c.Log("i8042: the keyboard's self-test failed")
			return false
		}
		c.tell(kbdDisable)
	}
	c.tell(kbdScanSet, 2) // one that has no other set may refuse
	c.tell(kbdRepeat, fastRepeat)
	if c.device == nil {
		c.device = c.Keyboard.Attach(c.setLights, true)
	}
	c.drainLights()
	ok := c.tell(kbdEnable)
	if ok && !c.said {
		c.said = true
		mode := "set 2"
		if c.dec.translated {
			mode = "set 2, translated"
		}
		c.Log("i8042: keyboard, scan-code %s", mode)
	}
	return ok
}

// setLights is what the keyboard package calls: the newest wish counts.
func (c *Controller) setLights(l keyboard.Lights) {
	for {
		select {
		case c.lights <- l:
			return
		default:
		}
		select {
		case <-c.lights:
		default:
		}
	}
}
