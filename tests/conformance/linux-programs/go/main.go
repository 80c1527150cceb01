// What Go's runtime asks of a system: threads, timers, signals for panics and for goroutines that
// never wait, memory that is reserved, collected and given back, files, and an orderly end.
//
// machines: microvm
// memory: 64M
// expect: success
// expect: status 2 with panic
// expect: console "panic: on purpose" with panic
// expect: console "goroutine 1 [running]:" with panic
// expect: status 5 with wait
// expect: console "asked to end" with wait
// stop after: waiting
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"
)

func check(condition bool, what string) {
	if condition {
		return
	}
	_, _, line, _ := runtime.Caller(1)
	fmt.Printf("line %d: not true: %s\n", line, what)
	os.Exit(1)
}

func recovered(function func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	function()
	return ""
}

type node struct{ next *node }

func panics() {
	var nothing *node
	zero := len(os.Args) - 1
	slice := make([]int, 1)
	check(strings.Contains(recovered(func() { nothing.next = nil }), "nil pointer"), "nil pointer")
	check(strings.Contains(recovered(func() { fmt.Print(1 / zero) }), "divide by zero"), "division")
	check(strings.Contains(recovered(func() { slice[zero+1] = 1 }), "out of range"), "range")
	var function func()
	check(strings.Contains(recovered(function), "nil pointer"), "nil function")
}

func depth(n int) int {
	var room [64]int
	if n == 0 {
		return room[0]
	}
	return depth(n-1) + 1 + room[n%64]
}

// Ends only if the runtime can interrupt goroutines that call nothing.
func busyGoroutines() {
	for i := 0; i < 3; i++ {
		go func() {
			for x := 0; ; x++ {
			}
		}()
	}
	time.Sleep(30 * time.Millisecond)
	runtime.GC()
}

func manyGoroutines() {
	var group sync.WaitGroup
	var mutex sync.Mutex
	sum := 0
	for i := 0; i < 5000; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			time.Sleep(time.Duration(rand.Intn(20)) * time.Millisecond)
			mutex.Lock()
			sum += i
			mutex.Unlock()
		}()
	}
	group.Wait()
	check(sum == 5000*4999/2, "sum of all goroutines")
}

// Threads that block in system calls, each with a goroutine of its own.
func manyThreads() {
	var group sync.WaitGroup
	release := make(chan bool)
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			runtime.LockOSThread()
			<-release
		}()
	}
	close(release)
	group.Wait()
}

// Several times the guest's memory, little of it at a time.
func garbage() {
	var kept [][]byte
	for i := 0; i < 400; i++ {
		block := make([]byte, 1<<20)
		block[i] = byte(i)
		if i%40 == 0 {
			kept = append(kept, block)
		}
		if len(kept) > 4 {
			kept = kept[1:]
		}
	}
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	check(stats.HeapSys-stats.HeapReleased < 40<<20, "memory is given back")
}

func timers() {
	before := time.Now()
	limited, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	ticker := time.NewTicker(3 * time.Millisecond)
	defer ticker.Stop()
	ticks := 0
	for limited.Err() == nil {
		select {
		case <-ticker.C:
			ticks++
		case <-limited.Done():
		}
	}
	check(ticks > 0 && time.Since(before) >= 20*time.Millisecond, "ticks")
	check(time.Now().Year() > 2020, "the year")
}

func files() {
	directory, err := os.MkdirTemp("/", "files")
	check(err == nil, "a directory is made")
	name := directory + "/file"
	check(os.WriteFile(name, []byte("content"), 0o600) == nil, "written")
	content, err := os.ReadFile(name)
	check(err == nil && string(content) == "content", "read")
	entries, err := os.ReadDir(directory)
	check(err == nil && len(entries) == 1 && entries[0].Name() == "file", "listed")
	_, err = os.Stat(directory + "/other")
	check(errors.Is(err, os.ErrNotExist), "absent")
	check(os.RemoveAll(directory) == nil, "removed")

	reader, writer, err := os.Pipe()
	check(err == nil, "a pipe")
	go func() {
		fmt.Fprint(writer, strings.Repeat("x", 100000))
		writer.Close()
	}()
	all, err := io.ReadAll(reader)
	check(err == nil && len(all) == 100000, "all of a pipe")
	check(fmt.Sprintf("%x", sha256.Sum256(nil))[:8] == "e3b0c442", "a hash")
}

func signals() {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGUSR1)
	check(syscall.Kill(syscall.Getpid(), syscall.SIGUSR1) == nil, "sent")
	check(<-caught == syscall.SIGUSR1, "caught")
}

func wait() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	fmt.Println("waiting")
	<-asked
	fmt.Println("asked to end")
	os.Exit(5)
}

func main() {
	if len(os.Args) > 1 {
		if os.Args[1] == "wait" {
			wait()
		}
		panic("on purpose")
	}
	panics()
	check(depth(10000) == 10000, "a deep stack")
	manyGoroutines()
	manyThreads()
	garbage()
	timers()
	files()
	signals()
	busyGoroutines()
	fmt.Println("SUCCESS")
}
