#!/bin/sh
# Called by xl for a guest's disk, a block device of the host: tells the driver its number.
export PATH=$HOST_PATH LD_LIBRARY_PATH=$HOST_LIBRARIES
case "$1" in
add)
	device=$(xenstore-read "$XENBUS_PATH/params")
	xenstore-write "$XENBUS_PATH/physical-device" "$(stat -L -c %t:%T "$device")"
	xenstore-write "$XENBUS_PATH/hotplug-status" connected
	;;
esac
exit 0
