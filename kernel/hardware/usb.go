package hardware

type usbReport struct{}

func (m *Machine) startUSB() {}
