package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// starts is how often each program is started; they take turns, so that what else the machine does hits both.
const starts = 60

type usage struct{ wall, cpu []time.Duration }

// measureProgram compares the start of the program with that of the least program with cobra and net/http, and with the least one that
// has all its libraries, which initialise themselves whether they are used or not.
func measureProgram(ctx context.Context, l *lab, results *table) error {
	var own, bare, libs usage
	for i := range starts + 3 {
		if i == 3 { // these warmed the file cache
			own, bare, libs = usage{}, usage{}, usage{}
		}
		for program, taken := range map[string]*usage{l.orkesctl: &own, l.bare: &bare, l.libs: &libs} {
			if err := l.once(ctx, program, taken); err != nil {
				return err
			}
		}
	}
	wall, yardstick, floor := median(own.wall), median(bare.wall), median(libs.wall)
	results.add(row{
		"wall time", millis(wall), "bare " + millis(yardstick), times(wall, yardstick),
		"<= 1.3x", float64(wall) <= 1.3*float64(yardstick),
	})
	results.add(row{what: "of that, its libraries", measured: millis(floor), beside: "bare " + millis(yardstick), ratio: times(floor, yardstick)})
	results.add(row{what: "and itself", measured: millis(wall), beside: "libraries " + millis(floor), ratio: times(wall, floor)})
	cpu, yardstick := median(own.cpu), median(bare.cpu)
	results.add(row{what: "user + system time", measured: millis(cpu), beside: "bare " + millis(yardstick), ratio: times(cpu, yardstick)})
	return l.sizes(results)
}

func (l *lab) once(ctx context.Context, program string, taken *usage) error {
	return l.timed(ctx, taken, program, "--version")
}

// timed runs a program to its end.
func (l *lab) timed(ctx context.Context, taken *usage, program string, args ...string) error {
	cmd, err := l.command(ctx, nil, program, args...)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", program, strings.Join(args, " "), err)
	}
	taken.wall = append(taken.wall, time.Since(began))
	taken.cpu = append(taken.cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	return nil
}

func (l *lab) sizes(results *table) error {
	own, err := os.Stat(l.orkesctl)
	if err != nil {
		return err
	}
	bare, err := os.Stat(l.bare)
	if err != nil {
		return err
	}
	// A release also packs the templates and leaves out HTTP/2; its size is measured, and bounded, where it is built: .ci/run.
	results.add(row{
		what: "stripped binary, before packing", measured: megabytes(own.Size()), beside: "bare " + megabytes(bare.Size()), ratio: times(own.Size(), bare.Size()),
	})
	return nil
}
