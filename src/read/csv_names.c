/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usual column names in English, Korean, Chinese and German. Compared without case, blanks and
 * punctuation, and without a unit behind them. */
#include "read/csv.h"

#include <string.h>

typedef struct {
    csv_role role;
    int kind; /* property or context_kind */
    const char *names; /* between blanks */
} usual;

static const usual usual_names[] = {
    {ROLE_VALUE, 0,
     " value values val measurement measuredvalue measuredval measured reading result actual "
     "wert messwert istwert istmass istmaß ergebnis 값 측정값 측정치 결과 결과값 실측값 "
     "值 数值 测量值 测定值 实测值 检测值 结果 測定値 "},
    {ROLE_CHARACTERISTIC, 0,
     " characteristic characteristicid characteristicname char feature parameter variable metric "
     "merkmal merkmalid merkmalname merkmalsname prüfmerkmal 특성 특성명 항목 측정항목 검사항목 "
     "特性 特性名称 特征 参数 项目 检验项目 测量项目 检测项目 "},
    {ROLE_TIME, 0,
     " time timestamp datetime dateandtime date measuredat measurementtime ts utc zeit zeitstempel "
     "datum datumuhrzeit datumzeit messzeit messzeitpunkt zeitpunkt 시간 일시 측정일시 측정시간 "
     "측정시각 날짜 일자 측정일 시각 时间 日期 日期时间 时间戳 测量时间 检测时间 检验时间 測定日時 "
     "검사일시 검사일 검사일자 검사시간 생산일시 생산일 생산일자 작업일시 작업일 작업일자 등록일시 입력일시 측정일자 "
     "测量日期 检测日期 检验日期 测试时间 测试日期 采集时间 采样时间 抽样时间 记录时间 生产时间 生产日期 "},
    {ROLE_CLOCK, 0, " uhrzeit timeofday clock clocktime "},
    {ROLE_SIZE, 0,
     " samplesize inspected numberinspected stichprobenumfang umfang 표본크기 시료수 검사수 "
     "样本量 检验数 样本大小 "},
    {ROLE_PROPERTY, PROPERTY_LOWER,
     " lsl lowerlimit lowerspec lowerspeclimit lowerspecificationlimit specmin usg untergrenze "
     "unterergrenzwert unterespezifikationsgrenze 하한 하한값 하한치 규격하한 규격하한값 하한규격 "
     "下限 下限值 规格下限 规格下限值 下规格限 規格下限 "},
    {ROLE_PROPERTY, PROPERTY_UPPER,
     " usl upperlimit upperspec upperspeclimit upperspecificationlimit specmax osg obergrenze "
     "oberergrenzwert oberespezifikationsgrenze 상한 상한값 상한치 규격상한 규격상한값 상한규격 "
     "上限 上限值 规格上限 规格上限值 上规格限 規格上限 "},
    {ROLE_PROPERTY, PROPERTY_TARGET,
     " target targetvalue zielwert 목표 목표값 목표치 目标 目标值 目標 目標值 "},
    {ROLE_PROPERTY, PROPERTY_NOMINAL,
     " nominal nominalvalue nennmass nennmaß nennwert sollwert sollmass sollmaß 공칭 공칭값 공칭치 "
     "公称值 名义值 标称值 "},
    {ROLE_PROPERTY, PROPERTY_UNIT, " unit units uom einheit 단위 单位 單位 "},
    {ROLE_PROPERTY, PROPERTY_PART_NUMBER,
     " partnumber partno teilenummer sachnummer 품번 부품번호 品号 料号 零件号 品番 "},
    {ROLE_PROPERTY, PROPERTY_PART_NAME,
     " partname teilename teilebezeichnung 품명 부품명 品名 零件名称 "},
    {ROLE_CONTEXT, CONTEXT_SERIAL,
     " serial serialnumber serialno serialnr sn partid dmc uid seriennummer seriennr prüfling "
     "prüflingsnummer teileid teilnummer 시리얼 시리얼번호 일련번호 제품번호 "
     "no nr rowno rownumber 번호 순번 연번 행번호 行号 序列号 序号 编号 件号 "
     "工件号 "},
    {ROLE_CONTEXT, CONTEXT_SUBGROUP,
     " subgroup subgroupid subgroupnumber sample sampleid samplenumber sampleno day stichprobe "
     "stichprobennummer untergruppe tag 부분군 부분군번호 군 표본 시료 시료번호 일 子组 子组号 样本 "
     "样本号 天 "},
    {ROLE_CONTEXT, CONTEXT_BATCH,
     " batch batchid batchnumber lot lotid lotnumber lotno charge chargennummer los losnummer 로트 "
     "로트번호 배치 批次 批号 批次号 "},
    {ROLE_CONTEXT, CONTEXT_OPERATOR,
     " operator operatorid inspector appraiser user prüfer bediener werker 작업자 측정자 검사자 평가자 "
     "操作员 操作者 检验员 测量员 评价人 "},
    {ROLE_CONTEXT, CONTEXT_MACHINE,
     " machine machineid machineno maschine maschinennummer anlage 설비 설비명 기계 장비 호기 机器 "
     "设备 机台 机床 "},
    {ROLE_CONTEXT, CONTEXT_GAUGE,
     " gauge gauges gage instrument messmittel prüfmittel 계측기 측정기 게이지 量具 仪器 测量设备 "},
    {ROLE_CONTEXT, CONTEXT_EVENT, " event ereignis 이벤트 사건 事件 "},
    {ROLE_CONTEXT, CONTEXT_STATION, " station stationid workstation 공정 스테이션 工位 工站 工序 "},
    {ROLE_CONTEXT, CONTEXT_CAVITY, " cavity cavityno kavität nest formnest 캐비티 型腔 穴号 模穴 "},
    {ROLE_CONTEXT, CONTEXT_STAGE, " stage phase 단계 阶段 "},
    {ROLE_CONTEXT, CONTEXT_PART, " part teil werkstück 부품 零件 工件 "},
    {ROLE_CONTEXT, CONTEXT_GROUP, " group factor treatment gruppe 그룹 组 组别 "},
    {ROLE_CONTEXT, CONTEXT_ORDER, " order orderid workorder auftrag auftragsnummer 작업지시 订单 工单 "},
    {ROLE_CONTEXT, CONTEXT_NOTE, " note notes comment remark remarks bemerkung kommentar 비고 메모 备注 "},
};

/* Capital letters of the Latin-1 block, as they occur in German headers. */
static unsigned char lower_second_byte(unsigned char first, unsigned char second)
{
    return first == 0xC3 && second >= 0x80 && second <= 0x9E && second != 0x97
               ? (unsigned char)(second + 0x20)
               : second;
}

/* Letters and digits alone, small. Returns the length, or 0 if it is longer than room. */
static size_t name_reduce(const char *name, size_t length, char *out, size_t room)
{
    size_t n = 0;
    unsigned char before = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        bool is_kept = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
        if (c >= 'A' && c <= 'Z') {
            c = (unsigned char)(c + 32);
            is_kept = true;
        }
        bool is_bracket = c == 0xEF && i + 2 < length && (memcmp(name + i, "\xEF\xBC\x88", 3) == 0 ||
                                                          memcmp(name + i, "\xEF\xBC\x89", 3) == 0);
        i += is_bracket ? 2 : 0;
        if (!is_kept || is_bracket)
            continue;
        if (n + 1 >= room)
            return 0;
        out[n++] = (char)lower_second_byte(before, c);
        before = c;
    }
    out[n] = 0;
    return n;
}

bool csv_name_equal(const char *a, const char *b)
{
    char left[256], right[256];
    size_t n = name_reduce(a, strlen(a), left, sizeof left);
    return n > 0 && n == name_reduce(b, strlen(b), right, sizeof right) &&
           memcmp(left, right, n) == 0;
}

/* Where a bracket opens that closes the name; `width` bytes each, 3 of Chinese ones. */
static size_t bracket_at(const char *name, size_t length, size_t *width)
{
    *width = 1;
    if (length < 3)
        return length;
    if (memcmp(name + length - 3, "\xEF\xBC\x89", 3) == 0) {
        *width = 3;
        for (size_t i = length - 3; i-- > 0;) {
            if (memcmp(name + i, "\xEF\xBC\x88", 3) == 0)
                return i;
        }
        return length;
    }
    char close = name[length - 1];
    char open = close == ']' ? '[' : close == ')' ? '(' : 0;
    if (!open)
        return length;
    for (size_t i = length - 1; i-- > 0;) {
        if (name[i] == open)
            return i;
    }
    return length;
}

csv_role csv_name_role(const char *name, size_t length, int *kind)
{
    char wanted[128] = " ";
    size_t width, n = name_reduce(name, bracket_at(name, length, &width), wanted + 1, sizeof wanted - 2);
    if (n == 0)
        return ROLE_NONE;
    wanted[n + 1] = ' ';
    wanted[n + 2] = 0;
    for (size_t i = 0; i < sizeof usual_names / sizeof *usual_names; i++) {
        if (strstr(usual_names[i].names, wanted)) {
            *kind = usual_names[i].kind;
            return usual_names[i].role;
        }
    }
    return ROLE_NONE;
}

csv_field csv_name_plain(arena *a, const char *name, bool is_bare)
{
    char plain[256];
    int kind;
    size_t width, length = strlen(name), at = bracket_at(name, length, &width);
    at = is_bare ? at : length;
    if (at < length && csv_name_role(name + at + width, length - at - 2 * width, &kind) == ROLE_PROPERTY)
        at = length; /* "width (LSL)" */
    size_t n = name_reduce(name, at, plain, sizeof plain);
    const char *kept = n ? arena_text(a, plain, n) : NULL;
    return (csv_field){kept, kept ? (uint32_t)n : 0};
}

bool csv_name_says_of(csv_field name, csv_field other, property *out)
{
    uint32_t n = name.length, m = other.length;
    int kind;
    if (m == 0 || m >= n)
        return false;
    const char *rest = memcmp(name.text, other.text, m) == 0               ? name.text + m
                       : memcmp(name.text + n - m, other.text, m) == 0 ? name.text
                                                                       : NULL;
    if (!rest || csv_name_role(rest, n - m, &kind) != ROLE_PROPERTY)
        return false;
    *out = (property)kind;
    return true;
}

static bool is_among(const char *words, const char *name, size_t length)
{
    char wanted[128] = " ";
    size_t n = name_reduce(name, length, wanted + 1, sizeof wanted - 2);
    memcpy(wanted + 1 + n, " ", 2);
    return n && strstr(words, wanted);
}

bool csv_name_is_defects(const char *name)
{
    return is_among(" defects nonconformities fehler fehlerzahl 결점 결점수 결함수 부적합수 缺陷数 缺点数 不合格数 ",
                    name, strlen(name));
}

bool csv_name_is_nonconforming(const char *name)
{
    return is_among(" ng nok nio defective nonconforming fail failed reject rejected fehlerhaft ausschuss "
                    "불량 불량여부 부적합 부적합여부 불합격 불합격여부 不良 不良品 不合格 不合格品 次品 ",
                    name, strlen(name));
}

bool csv_is_summary(const char *text, size_t length)
{
    if (length < 3 || length > 32 || (text[length - 1] >= '0' && text[length - 1] <= '9'))
        return false; /* most lots and serials, at no cost */
    return is_among(" total subtotal grandtotal sum average avg mean max min maximum minimum std stdev stddev "
                    "standarddeviation range summe gesamt mittelwert durchschnitt standardabweichung spannweite "
                    "합계 총계 소계 누계 평균 평균값 최대 최대값 최댓값 최소 최소값 최솟값 표준편차 범위 "
                    "合计 总计 小计 共计 平均 平均值 均值 最大 最大值 最小 最小值 标准差 极差 合計 總計 小計 ",
                    text, length);
}

int csv_verdict(const char *text, size_t length)
{
    if (is_among(" ok pass passed good accept accepted conforming io gut o 합격 적합 양호 양품 정상 "
                 "合格 合格品 良 良品 通过 正常 ○ ◯ 〇 ✓ ✔ √ ", text, length))
        return 0;
    return is_among(" ng nok notok fail failed bad reject rejected defective nonconforming nio schlecht x "
                    "불합격 부적합 불량 불량품 비정상 이상 不合格 不合格品 不良 不良品 次品 不通过 异常 × ✗ ✕ ✘ ",
                    text, length) ? 1 : -1;
}

static const char *unit_of_suffix(const char *suffix)
{
    static const char *const units[][2] = {
        {"um", "µm"}, {"mm", "mm"}, {"cm", "cm"},   {"nm", "nm"},     {"m", "m"},     {"in", "in"},
        {"inch", "in"}, {"mil", "mil"}, {"g", "g"}, {"kg", "kg"},     {"mg", "mg"},   {"s", "s"},
        {"ms", "ms"}, {"n", "N"},   {"kn", "kN"},   {"v", "V"},  {"mv", "mV"},
        {"a", "A"},   {"ma", "mA"}, {"ohm", "Ω"},   {"c", "°C"},      {"degc", "°C"}, {"k", "K"},
        {"pct", "%"}, {"percent", "%"}, {"bar", "bar"}, {"mbar", "mbar"}, {"pa", "Pa"}, {"kpa", "kPa"},
        {"mpa", "MPa"}, {"deg", "°"}, {"l", "l"},   {"ml", "ml"},     {"hz", "Hz"},   {"w", "W"},
    };
    char small[16];
    size_t n = strlen(suffix);
    if (n >= sizeof small)
        return NULL;
    for (size_t i = 0; i <= n; i++)
        small[i] = suffix[i] >= 'A' && suffix[i] <= 'Z' ? (char)(suffix[i] + 32) : suffix[i];
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i][0], small) == 0)
            return units[i][1];
    }
    return NULL;
}

static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '_'))
        length--;
    return length;
}

void csv_name_split(arena *a, const char *name, const char **bare, const char **unit)
{
    size_t width, length = strlen(name), at = bracket_at(name, length, &width);
    *bare = name;
    *unit = "";
    if (at > 0 && at < length) {
        *bare = arena_text(a, name, trimmed(name, at));
        *unit = arena_text(a, name + at + width, length - at - 2 * width);
        return;
    }
    const char *suffix = strrchr(name, '_');
    const char *found = suffix && suffix > name ? unit_of_suffix(suffix + 1) : NULL;
    if (found) {
        *bare = arena_text(a, name, trimmed(name, (size_t)(suffix - name)));
        *unit = found;
    }
}
