// A web server with nothing in it that knows of unikernels: net/http, as it runs anywhere.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	greeting := os.Getenv("GREETING")
	if greeting == "" {
		greeting = "Hello"
	}
	http.HandleFunc("GET /", func(response http.ResponseWriter, request *http.Request) {
		fmt.Fprintf(response, "%s from %s on %s\n", greeting, runtime.Version(), runtime.GOOS)
	})
	http.HandleFunc("GET /healthz", func(response http.ResponseWriter, request *http.Request) {
		fmt.Fprintln(response, "ok")
	})

	server := &http.Server{Addr: ":80"}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	stopped := make(chan error)
	go func() {
		<-stop
		log.Print("told to end: finishing what is under way")
		stopped <- server.Shutdown(context.Background())
	}()
	log.Print("listening on port 80")
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	if err := <-stopped; err != nil {
		log.Fatal(err)
	}
}
