package term

import "github.com/charmbracelet/lipgloss"

// Tone is what a word's colour says. Without colour nothing is lost: the word says it too.
type Tone int

// The tones, in the storyboard's terms.
const (
	Plain Tone = iota // no colour
	Done              // green: it is so
	Look              // yellow: look here
	Bad               // red: broken
	Dim               // detail
)

func style(r *lipgloss.Renderer, tone Tone) lipgloss.Style {
	s := r.NewStyle()
	switch tone {
	case Done:
		return s.Foreground(lipgloss.Color("2"))
	case Look:
		return s.Foreground(lipgloss.Color("3"))
	case Bad:
		return s.Foreground(lipgloss.Color("1"))
	case Dim:
		return s.Faint(true)
	case Plain:
	}
	return s
}

func paint(r *lipgloss.Renderer, tone Tone, text string) string {
	if tone == Plain || text == "" {
		return text
	}
	return style(r, tone).Render(text)
}

// Paint colours text for standard output; it is unchanged where colour is off.
func (t *Term) Paint(tone Tone, text string) string { return paint(t.outStyle, tone, text) }

// PaintErr colours text for standard error; it is unchanged where colour is off.
func (t *Term) PaintErr(tone Tone, text string) string { return paint(t.errStyle, tone, text) }
