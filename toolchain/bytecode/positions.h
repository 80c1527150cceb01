/*
 * Included by quickjs.c where the positions of a function's instructions are complete: puts those
 * of the files that were bundled in the place of those in the bundle. So errors name a line of the
 * TypeScript source, in the guest and without a map there.
 */
#ifndef POSITIONS_H
#define POSITIONS_H

/* The host's. Returns the number of the file, -1 for what no file has. */
__attribute__((import_module("host"), import_name("position_of")))
int position_of(int line, int column, int *line_found, int *column_found);
/* The file's name; valid as long as this program runs. */
const char *position_file(int file);

static void map_positions(JSFunctionDef *function)
{
	int line, column;
	int file = position_of(function->line_num, function->col_num, &line, &column);
	/* A module is all files, one behind the other; what was asked for is the last one. */
	bool is_last_wanted = file < 0 || function->parent == NULL;

	for (int i = 0; i < function->source_loc_count && is_last_wanted; i++) {
		SourceLocSlot *slot = &function->source_loc_slots[i];
		int line_found, column_found;
		int found = position_of(slot->line_num, slot->col_num, &line_found, &column_found);

		if (found >= 0 && found != file) {
			file = found;
			line = line_found;
			column = column_found;
		}
	}
	if (file < 0)
		return;
	JS_FreeAtom(function->ctx, function->filename);
	function->filename = JS_NewAtom(function->ctx, position_file(file));
	function->line_num = line;
	function->col_num = column;
	for (int i = 0; i < function->source_loc_count; i++) {
		SourceLocSlot *slot = &function->source_loc_slots[i];

		/* A function has one file: what another one has no place for is left out. */
		if (position_of(slot->line_num, slot->col_num, &line, &column) != file) {
			slot->line_num = -1;
			continue;
		}
		slot->line_num = line;
		slot->col_num = column;
	}
}

#endif
