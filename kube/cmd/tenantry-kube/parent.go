package main

import (
	"io"
	"os"
)

// exitWithStdin ends the process as soon as its standard input is closed. The starting process
// holds the other end of the pipe and never writes, so the kernel closes it however that process
// ends, kill -9 included, on every Unix alike.
//
// It exits at once: etcd has handed every acknowledged write to the kernel, and an apiserver that
// drained its connections would wait a minute for an etcd that is exiting, too.
func exitWithStdin() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
}
