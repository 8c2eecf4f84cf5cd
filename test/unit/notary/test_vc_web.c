/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which addresses are the world's: the others are not asked because a credential names them. */
#include "check.h"

#include "base/hash.h"
#include "ledger/durable.h"
#include "notary/inner.h"
#include "notary/vc_web.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static bool is_public(const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return web_is_public((const struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return web_is_public((const struct sockaddr *)&six);
}

static void private_addresses_are_known_from_public_ones(void **state)
{
    (void)state;
    static const char *const ours[] = {
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
        "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::1", "fc00::1", "fd12::1",
        "fe80::1", "ff02::1"};
    static const char *const theirs[] = {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.128.0.1", "126.0.0.1", "172.32.0.1",
        "192.0.1.1", "193.0.0.1", "198.20.0.1", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::808:808",
        "2a00:1450::1", "2606:4700::1111", "2001:470::1"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (is_public(ours[i]))
            fail_msg("%s would be asked", ours[i]);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (!is_public(theirs[i]))
            fail_msg("%s would not be asked", theirs[i]);
    struct sockaddr_un here = {.sun_family = AF_UNIX};
    assert_false(web_is_public((const struct sockaddr *)&here));
}

static void what_is_not_asked_says_why(void **state)
{
    (void)state;
    const vc_web_options offline = {.is_offline = true}, online = {.cache = NULL};
    vc_web w = {.o = &offline};
    assay_err err = {0};
    json_t *document = NULL;
    buf text = BUF_INIT;
    vc_sources s = vc_web_sources(&w, 0);
    assert_int_equal(s.issuer(s.context, "did:web:a.example", &document, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.message, "not checked: https://a.example/.well-known/did.json"));
    assert_int_equal(s.issuer(s.context, "https://a.example", &document, &err), ASSAY_NOT_FOUND);
    w.o = &online;
    assert_int_equal(s.list(s.context, "http://a.example/list", &text, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.message, "only https is"));
    assert_int_equal(s.issuer(s.context, "did:web:127.0.0.1", &document, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.message, "leads into a private network"));
    w.count = VC_WEB_MOST;
    assert_int_equal(s.list(s.context, "https://a.example/list", &text, &err), ASSAY_NOT_FOUND);
    assert_non_null(strstr(err.message, "at most 8"));
    w.count = 0;
    vc_web_done(&w);
    buf_done(&text);
}

/* Of an answer in the cache: fresh it is taken; of tomorrow, or unreadable, it is none. */
static void only_a_fresh_answer_of_the_cache_is_taken(void **state)
{
    (void)state;
    static const char url[] = "https://127.0.0.1/list";
    char folder[] = "/tmp/assay-cache-XX" "XX" "XX", hex[65], path[128];
    sha256 digest;
    assay_err err = {0};
    assert_non_null(mkdtemp(folder));
    assert_ok(sha256_of(url, strlen(url), &digest, &err), err);
    sha256_to_hex(&digest, hex);
    snprintf(path, sizeof path, "%s/%s", folder, hex);
    const vc_web_options online = {.cache = folder};
    for (int i = 0; i < 3; i++) {
        vc_web w = {.o = &online};
        buf text = BUF_INIT;
        vc_sources s = vc_web_sources(&w, 0);
        struct timespec at[2] = {{.tv_sec = time(NULL) + (i == 1 ? 86400 : 0)}};
        at[1] = at[0];
        if (i == 2) {
            assert_int_equal(unlink(path), 0);
            assert_int_equal(mkdir(path, 0700), 0);
        } else
            assert_ok(durable_write(path, 0600, "kept", 4, &err), err);
        assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
        assert_int_equal(s.list(s.context, url, &text, &err), i == 0 ? ASSAY_OK : ASSAY_NOT_FOUND);
        if (i == 0)
            assert_string_equal(buf_text(&text), "kept");
        else
            assert_non_null(strstr(err.message, "leads into a private network"));
        vc_web_done(&w);
        buf_done(&text);
    }
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_addresses_are_known_from_public_ones),
        cmocka_unit_test(what_is_not_asked_says_why),
        cmocka_unit_test(only_a_fresh_answer_of_the_cache_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
