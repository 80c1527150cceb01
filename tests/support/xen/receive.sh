#!/bin/sh
# A file from the network; its path is the first line.
read -r path
cat >"$path.part"
mv "$path.part" "$path"
