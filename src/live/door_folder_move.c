/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where files go. Nothing is ever deleted or written over: a name that is taken gets a number. */
#include "live/door_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool make_folder(const char *path)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST;
}

/* Today in UTC: "2026-01-05". */
static void today(char out[static 40])
{
    time_format(time_now(), 0, out, 40);
    out[10] = 0;
}

static bool move_into(folder *f, const char *from, const char *name, const char *folder_path,
                      char to[static 4352])
{
    for (int number = 1; number < 10000; number++) {
        int n = number == 1 ? snprintf(to, 4352, "%s/%s", folder_path, name)
                            : snprintf(to, 4352, "%s/%s~%d", folder_path, name, number);
        if (n >= 4352)
            break;
        if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
            return true;
        if (errno != EEXIST)
            break;
    }
    folder_log(f, "warning", "cannot move %s to %s: %s", from, folder_path, strerror(errno));
    return false;
}

bool folder_pair(const folder_file *file, const char *ending, char out[static 4352])
{
    const char *dot = strrchr(file->path, '.');
    bool is_half = dot && (strcasecmp(dot, ".dfd") == 0 || strcasecmp(dot, ".dfx") == 0);
    if (!is_half)
        return false;
    char upper[8];
    size_t n = 0;
    for (; ending[n] && n < sizeof upper - 1; n++)
        upper[n] = dot[1] == 'D' ? (char)(ending[n] & ~0x20) : ending[n];
    upper[n] = 0;
    snprintf(out, 4352, "%.*s.%s", (int)(dot - file->path), file->path, upper);
    return true;
}

static bool move_file(folder *f, const folder_file *file, const char *folder_path,
                      char to[static 4352])
{
    char other[4352], unused[4352];
    bool is_moved = move_into(f, file->path, file->name, folder_path, to);
    const char *dot = strrchr(file->name, '.');
    bool is_values = dot && strcasecmp(dot, ".dfx") == 0;
    char *chr = strstr(strcpy(other, file->path) + strlen(f->path), "_chr.txt");
    if (is_moved && chr && access(memcpy(chr, "_hdr.txt", 8) ? other : "", F_OK) == 0)
        (void)move_into(f, other, strrchr(other, '/') + 1, folder_path, unused);
    if (is_moved && is_values && folder_pair(file, "dfd", other) && access(other, F_OK) == 0)
        (void)move_into(f, other, strrchr(other, '/') + 1, folder_path, unused);
    return is_moved;
}

bool folder_archive(folder *f, const folder_file *file)
{
    char date[40], to[4352], dated[4352];
    today(date);
    int n = snprintf(dated, sizeof dated, "%s/%s", f->archive, date);
    if (n >= (int)sizeof dated || !make_folder(f->archive) || !make_folder(dated)) {
        folder_log(f, "warning", "cannot make %s: %s", dated, strerror(errno));
        return false;
    }
    return move_file(f, file, dated, to);
}

bool folder_refuse(folder *f, const folder_file *file, const char *why)
{
    char to[4352], reason[4400];
    if (!make_folder(f->refused)) {
        folder_log(f, "warning", "cannot make %s: %s", f->refused, strerror(errno));
        return false;
    }
    if (!move_file(f, file, f->refused, to))
        return false;
    snprintf(reason, sizeof reason, "%s.reason.txt", to);
    FILE *out = fopen(reason, "we");
    if (!out || fputs(why, out) < 0)
        folder_log(f, "warning", "cannot write %s: %s", reason, strerror(errno));
    if (out)
        fclose(out);
    return true;
}
