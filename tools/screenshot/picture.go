package screenshot

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
)

// DecodePPM reads a picture in the format that QEMU writes: PPM with 8 bits for each colour.
func DecodePPM(r io.Reader) (image.Image, error) {
	in := bufio.NewReader(r)
	var magic string
	var width, height, top int
	if _, err := fmt.Fscan(in, &magic, &width, &height, &top); err != nil || magic != "P6" || top != 255 ||
		width < 1 || height < 1 || width > 1<<15 || height > 1<<15 {
		return nil, fmt.Errorf("not a PPM picture with 8 bits for each colour")
	}
	in.ReadByte() // one blank
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	line := make([]byte, 3*width)
	for y := range height {
		if _, err := io.ReadFull(in, line); err != nil {
			return nil, fmt.Errorf("PPM picture: line %d: %w", y, err)
		}
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{line[3*x], line[3*x+1], line[3*x+2], 255})
		}
	}
	return img, nil
}

// EncodePNG writes a picture as PNG: with a palette, which makes it small, if it has few colours,
// as a console has.
func EncodePNG(w io.Writer, img image.Image) error {
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if p := paletted(img); p != nil {
		img = p
	}
	return encoder.Encode(w, img)
}

// paletted returns a picture as one with a palette, nil if there are more colours than fit.
func paletted(img image.Image) *image.Paletted {
	index := map[color.RGBA]uint8{}
	b := img.Bounds()
	out := image.NewPaletted(b, nil)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			i, ok := index[c]
			if !ok {
				if len(out.Palette) == 256 {
					return nil
				}
				i = uint8(len(out.Palette))
				index[c] = i
				out.Palette = append(out.Palette, c)
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}
