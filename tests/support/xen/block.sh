#!/bin/sh
# Called by xl for a guest's disk, a block device of the host or a file that becomes one: tells the
# driver its number, and gives the file's device back.
export PATH=$HOST_PATH LD_LIBRARY_PATH=$HOST_LIBRARIES
case "$1" in
add)
	device=$(xenstore-read "$XENBUS_PATH/params")
	if [ -f "$device" ]; then
		file=$device
		device=$(losetup -f)
		losetup "$device" "$file"
		xenstore-write "$XENBUS_PATH/node" "$device"
	fi
	xenstore-write "$XENBUS_PATH/physical-device" "$(stat -L -c %t:%T "$device")"
	xenstore-write "$XENBUS_PATH/hotplug-status" connected
	;;
remove)
	device=$(xenstore-read "$XENBUS_PATH/node" 2>/dev/null) && losetup -d "$device"
	;;
esac
exit 0
