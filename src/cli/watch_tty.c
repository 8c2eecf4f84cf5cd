/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/watch.h"

#include "base/fd.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { SEQUENCE_WAIT_MS = 25 };

static struct termios before;
static volatile sig_atomic_t is_full, is_over;

static void say(const char *text)
{
    (void)!fd_write(STDOUT_FILENO, text, strlen(text));
}

static void on_signal(int number)
{
    (void)number;
    is_over = 1;
}

static void on_resize(int number)
{
    (void)number; /* it ends the wait; the size is asked for at each drawing */
}

bool tty_begin(void)
{
    struct sigaction stop = {.sa_handler = on_signal}, resize = {.sa_handler = on_resize};
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGWINCH, &resize, NULL);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0)
        return false;
    is_full = 1;
    say("\033[?1049h\033[?25l\033[?7l\033[2J"); /* long lines are cut, not continued */
    return true;
}

void tty_end(void)
{
    if (!is_full)
        return;
    is_full = 0;
    say("\033[?7h\033[?25h\033[?1049l");
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

void tty_size(int *columns, int *rows)
{
    struct winsize size;
    *columns = 80;
    *rows = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        *columns = size.ws_col;
        *rows = size.ws_row;
    }
}

bool tty_is_over(void)
{
    return is_over;
}

/* -- keys ---------------------------------------------------------------------------------------- */

static int byte_next(int wait_ms)
{
    struct pollfd in = {STDIN_FILENO, POLLIN, 0};
    unsigned char byte;
    if (poll(&in, 1, wait_ms) <= 0)
        return -1;
    ssize_t n = read(STDIN_FILENO, &byte, 1);
    if (n == 0)
        is_over = 1; /* the terminal is gone */
    return n == 1 ? byte : -1;
}

/* Behind ESC: "[A", "OA", "[5~" ... A lone ESC is a key of its own. */
static watch_key sequence_next(void)
{
    int kind = byte_next(SEQUENCE_WAIT_MS), c = kind == '[' || kind == 'O' ? byte_next(SEQUENCE_WAIT_MS) : -1;
    int number = 0;
    if (kind < 0)
        return KEY_BACK;
    for (; c >= '0' && c <= '9'; c = byte_next(SEQUENCE_WAIT_MS))
        number = number * 10 + (c - '0');
    while (c >= 0 && c < '@')
        c = byte_next(SEQUENCE_WAIT_MS);
    switch (c) {
    case 'A': return KEY_UP;
    case 'B': return KEY_DOWN;
    case 'C': return KEY_MORE;
    case 'D': return KEY_LESS;
    case 'H': return KEY_HOME;
    case 'F': return KEY_END;
    case '~':
        return number == 5   ? KEY_PAGE_UP
               : number == 6 ? KEY_PAGE_DOWN
               : number == 1 || number == 7 ? KEY_HOME
               : number == 4 || number == 8 ? KEY_END
                                            : KEY_NONE;
    default: return KEY_NONE;
    }
}

watch_key tty_key(void)
{
    static const struct {
        char byte;
        watch_key key;
    } keys[] = {{'k', KEY_UP},     {'j', KEY_DOWN},  {'\r', KEY_ENTER}, {'\n', KEY_ENTER},
                {'q', KEY_QUIT},   {'b', KEY_BACK},  {127, KEY_BACK},   {'\b', KEY_BACK},
                {'+', KEY_MORE},   {'=', KEY_MORE},  {'-', KEY_LESS},   {'l', KEY_MORE},
                {'h', KEY_LESS},   {'r', KEY_RELOAD}, {'g', KEY_HOME},  {'G', KEY_END},
                {' ', KEY_PAGE_DOWN}};
    for (int byte; (byte = byte_next(0)) >= 0;) {
        if (byte == 27)
            return sequence_next();
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (keys[i].byte == byte)
                return keys[i].key;
    }
    return KEY_NONE;
}

/* -- drawing ------------------------------------------------------------------------------------- */

/* Each line replaces what stood there; the terminal shows all of it at once if it can. */
void tty_show(const buf *screen)
{
    buf frame = BUF_INIT;
    buf_add_text(&frame, "\033[?2026h\033[H");
    for (size_t i = 0; i < screen->length; i++) {
        bool is_last = i + 1 == screen->length;
        if (screen->data[i] != '\n')
            buf_add_char(&frame, screen->data[i]);
        else
            buf_add_text(&frame, is_last ? "\033[K" : "\033[K\r\n");
    }
    buf_add_text(&frame, "\033[J\033[?2026l");
    if (!frame.failed)
        say(buf_text(&frame));
    buf_done(&frame);
}
