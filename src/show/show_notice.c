#include "show_notice.h"

#include <assert.h>

static const char *const notices[][AE_LANGUAGES] = {
    [SHOW_NOTICE_SIGN] = {"A new certificate was asked for. The page shows "
                          "how the order gets on.",
                          "新しい証明書を要求しました。オーダーの進み具合は"
                          "このページに表示されます。"},
    [SHOW_NOTICE_DEPLOY] = {"The pending certificate is approved. "
                            "\"What happens next\" says how it goes live.",
                            "配備待ちの証明書を承認しました。有効になる"
                            "時期は「次の動作」に表示されます。"},
    [SHOW_NOTICE_DISCARD] = {"The pending certificate is discarded. Another "
                             "one is ordered tomorrow, or by Sign now.",
                             "配備待ちの証明書を破棄します。次の発行は明日、"
                             "または「今すぐ発行」で行われます。"},
    [SHOW_NOTICE_CHECK_PASSED] = {"Nothing was found that would hold up a "
                                  "renewal.",
                                  "更新の妨げになるものは見つかりません"
                                  "でした。"},
    [SHOW_NOTICE_CHECK_FAILED] = {"What is marked \"failed\" would hold up a "
                                  "renewal.",
                                  "「failed」とある項目が更新の妨げになり"
                                  "ます。"},
    [SHOW_NOTICE_CHECK_BUSY] = {"Somebody else is checking just now. Press "
                                "Check again in a minute.",
                                "ほかの点検が実行中です。1分ほど待ってから"
                                "もう一度お試しください。"},
    [SHOW_NOTICE_NOT_DONE] = {"Nothing was done.",
                              "何も実行されませんでした。"},
    [SHOW_NOTICE_NO_CERTIFICATE] = {"There is no certificate to show yet.",
                                    "表示できる証明書はまだありません。"},
    [SHOW_NOTICE_STALE] = {"Nothing was done, since the page was too old. It "
                           "is fresh now: press the button again.",
                           "ページが古いため、何も実行されませんでした。"
                           "ページは更新されましたので、もう一度ボタンを"
                           "押してください。"},
    [SHOW_NOTICE_FOREIGN] = {"Nothing was done, since the request did not "
                             "come from this page. If you pressed a button "
                             "here, press it again.",
                             "このページからの要求ではないため、何も実行され"
                             "ませんでした。ここでボタンを押した場合は、"
                             "もう一度押してください。"},
};
static_assert(sizeof(notices) / sizeof(notices[0]) == SHOW_NOTICES,
              "each notice has its sentence");

const char *show_notice(show_notice_t notice, ae_language_t language)
{
    return notices[notice][language];
}
