module test/program

go 1.22
