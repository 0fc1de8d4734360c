package event

import (
	"sort"
	"sync"

	"github.com/orkesctl/orkesctl/pkg/devserver/engine"
)

// mailbox hands messages to one goroutine in their order.
type mailbox struct {
	mu       sync.Mutex
	changed  *sync.Cond
	waiting  []engine.Message
	handling bool
	closed   bool
	done     chan struct{} // nil before serve
}

func newMailbox() *mailbox {
	b := &mailbox{}
	b.changed = sync.NewCond(&b.mu)
	return b
}

func (b *mailbox) put(m engine.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, m)
	b.changed.Broadcast()
}

// sort brings loaded messages into the order in which they were said.
func (b *mailbox) sort() {
	b.mu.Lock()
	defer b.mu.Unlock()
	sort.SliceStable(b.waiting, func(i, j int) bool { return b.waiting[i].Time < b.waiting[j].Time })
}

// serve hands messages to handle, one after the other, until close.
func (b *mailbox) serve(handle func(engine.Message)) {
	done := make(chan struct{})
	b.mu.Lock()
	b.done = done
	b.mu.Unlock()
	go func() {
		defer close(done)
		for {
			m, open := b.next()
			if !open {
				return
			}
			handle(m)
		}
	}()
}

// next waits for a message; open is false after close.
func (b *mailbox) next() (m engine.Message, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handling = false
	b.changed.Broadcast()
	for len(b.waiting) == 0 && !b.closed {
		b.changed.Wait()
	}
	if b.closed {
		return m, false
	}
	m, b.waiting = b.waiting[0], b.waiting[1:]
	b.handling = true
	return m, true
}

// idle waits until all messages are handled.
func (b *mailbox) idle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for (len(b.waiting) > 0 || b.handling) && !b.closed {
		b.changed.Wait()
	}
}

// close ends serve after the message in hand.
func (b *mailbox) close() {
	b.mu.Lock()
	b.closed = true
	b.changed.Broadcast()
	done := b.done
	b.mu.Unlock()
	if done != nil {
		<-done
	}
}
