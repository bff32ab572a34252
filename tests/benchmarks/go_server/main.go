// Go's net/http as a peer: a fixed answer, or with -checks the answer of alexliesenfeld/health.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/alexliesenfeld/health"
)

func fixed(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write([]byte("OK\n"))
}

func checked(checks int) http.Handler {
	options := []health.CheckerOption{health.WithCacheDuration(time.Hour), health.WithTimeout(time.Second)}
	for i := 0; i < checks; i++ {
		options = append(options, health.WithCheck(health.Check{
			Name:  fmt.Sprintf("check-%d", i),
			Check: func(context.Context) error { return nil },
		}))
	}
	return health.NewHandler(health.NewChecker(options...))
}

func main() {
	checks := flag.Int("checks", 0, "number of checks; 0: a fixed answer")
	spin := flag.Int("spin", 0, "goroutines that compute for ever")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("port %d pid %d\n", listener.Addr().(*net.TCPAddr).Port, os.Getpid())
	for i := 0; i < *spin; i++ {
		go func() {
			for turns := 0; ; turns++ {
			}
		}()
	}
	var handler http.Handler = http.HandlerFunc(fixed)
	if *checks > 0 {
		handler = checked(*checks)
	}
	http.Serve(listener, handler)
}
