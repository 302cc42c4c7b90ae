#include "show_words.h"

#include <assert.h>

static const char *const words[][AE_LANGUAGES] = {
    /* the frame */
    [SHOW_TITLE] = {"Certificates", "証明書"},
    [SHOW_SKIP] = {"Skip to the content", "本文へ移動"},
    [SHOW_LANGUAGE] = {"Language", "言語"},
    [SHOW_OTHER_LANGUAGE] = {"日本語", "English"},
    [SHOW_AS_OF] = {"As of {1}", "{1} 現在"},
    [SHOW_SIGNED_IN] = {"Signed in as {1}", "{1} としてログイン中"},

    /* how far away a moment is */
    [SHOW_NOW] = {"now", "今"},
    [SHOW_IN_DAYS] = {"in {1} days", "{1}日後"},
    [SHOW_IN_HOURS] = {"in {1} hours", "{1}時間後"},
    [SHOW_IN_MINUTES] = {"in {1} minutes", "{1}分後"},
    [SHOW_IN_SECONDS] = {"in {1} seconds", "{1}秒後"},
    [SHOW_DAYS_AGO] = {"{1} days ago", "{1}日前"},
    [SHOW_HOURS_AGO] = {"{1} hours ago", "{1}時間前"},
    [SHOW_MINUTES_AGO] = {"{1} minutes ago", "{1}分前"},
    [SHOW_SECONDS_AGO] = {"{1} seconds ago", "{1}秒前"},

    /* states */
    [SHOW_WAITING] = {"Waiting", "待機中"},
    [SHOW_ORDERING] = {"Ordering", "発行手続き中"},
    [SHOW_STAGED] = {"Staged", "配備待ち"},
    [SHOW_VALID] = {"Valid", "有効"},
    [SHOW_FAILING] = {"Failing", "失敗"},
    [SHOW_EXPIRED] = {"Expired", "期限切れ"},
    [SHOW_NAME_UNKNOWN] = {"not asked yet", "未確認"},
    [SHOW_NAME_PENDING] = {"pending", "確認中"},
    [SHOW_NAME_VALID] = {"valid", "確認済み"},
    [SHOW_NAME_INVALID] = {"refused", "拒否"},
    [SHOW_NEVER] = {"Never", "まだありません"},
    [SHOW_DONE] = {"Done", "完了"},
    [SHOW_FAILED] = {"Failed", "失敗"},

    /* what happens next, and why */
    [SHOW_DO_NONE] = {"Nothing until somebody acts", "操作を待っています"},
    [SHOW_DO_SIGN] = {"First certificate", "最初の証明書の発行"},
    [SHOW_DO_RENEW] = {"Renewal", "更新"},
    [SHOW_DO_RETRY] = {"Next attempt", "再試行"},
    [SHOW_DO_FOLLOW] = {"The order goes on", "オーダーの続行"},
    [SHOW_DO_DEPLOY] = {"Deployment", "配備"},
    [SHOW_WHY_EXPIRED] = {"It expired at {1}.", "{1} に期限が切れました。"},
    [SHOW_WHY_TWO_THIRDS] = {"Two thirds of its lifetime are over then.",
                             "有効期間の3分の2が過ぎる時点です。"},
    [SHOW_WHY_PERCENT_LEFT] = {"{1}% of its lifetime are left then.",
                               "有効期間の残りが{1}%になる時点です。"},
    [SHOW_WHY_WINDOW] = {"Its renewal window (ACMERenewWindow) begins then.",
                         "更新期間（ACMERenewWindow）が始まる時点です。"},
    [SHOW_WHY_ATTEMPT] = {"Attempt {1} failed.",
                          "{1}回目の試行に失敗しました。"},
    [SHOW_WHY_WAITS_FOR_WINDOW] =
        {"It is issued and waits for its window.",
         "発行済みです。配備の時間帯を待っています。"},
    [SHOW_WHY_WAITS_FOR_RESTART] =
        {"It is issued and goes live with the next restart, which the server "
         "does by itself.",
         "発行済みです。サーバーが自動で行う次の再起動で有効になります。"},
    [SHOW_WHY_GOES_LIVE_HOT] =
        {"It is issued and goes live within seconds, with no restart.",
         "発行済みです。数秒のうちに、再起動なしで有効になります。"},

    /* the overview */
    [SHOW_ALL_IS_WELL] = {"All is well", "すべて正常です"},
    [SHOW_UNDER_WAY] = {"Work is under way", "処理中です"},
    [SHOW_SOME_WAIT] = {"Some certificates wait", "待機中の証明書があります"},
    [SHOW_NEEDS_ATTENTION] = {"Needs attention", "確認が必要です"},
    [SHOW_NOTHING_YET] = {"No certificate is managed yet",
                          "管理している証明書はまだありません"},
    [SHOW_HOW_TO_BEGIN] =
        {"Write ACMEEngine on into a virtual host, and reload httpd.",
         "バーチャルホストに ACMEEngine on を書き、httpd "
         "を再読み込みしてください。"},
    [SHOW_VALID_OF] = {"Valid certificates: {1} of {2}",
                       "有効な証明書: {2}件中{1}件"},
    [SHOW_BY_STATE] = {"By state", "状態別"},
    [SHOW_ALL] = {"All", "すべて"},
    [SHOW_NEXT_OF_ALL] = {"Next", "次の予定"},
    [SHOW_NEXT_NONE] = {"Nothing is planned.", "予定はありません。"},
    [SHOW_WORKER] = {"Worker", "ワーカー"},
    [SHOW_WORKER_NOT_BEGUN] = {"Has not begun yet.", "まだ開始していません。"},
    [SHOW_WORKER_ACTIVE] = {"Active, seen {1}", "稼働中（最終確認: {1}）"},
    [SHOW_WORKER_SILENT] =
        {"Silent, last seen {1}. Nothing is renewed while it is.",
         "応答なし（最終確認: {1}）。この間、更新は行われません。"},
    [SHOW_PORT] = {"Port for challenges", "チャレンジ用のポート"},
    [SHOW_PORT_OPEN] = {"{1}, open right now for challenges alone.",
                        "{1}（現在、チャレンジのためだけに開いています）"},
    [SHOW_PORT_CLOSED] =
        {"{1}, closed. It is opened while the CA looks at challenges.",
         "{1}（閉じています。認証局がチャレンジを確認する間だけ開きます）"},
    [SHOW_FINDINGS] = {"Worth a look", "確認をお勧めする点"},

    /* the list */
    [SHOW_NAME_HAS] = {"Name contains", "ドメイン名（一部）"},
    [SHOW_STATE] = {"State", "状態"},
    [SHOW_ANY] = {"Any", "指定なし"},
    [SHOW_FILTER] = {"Filter", "絞り込む"},
    [SHOW_SHOWN_OF] = {"{1} of {2} certificates", "{2}件中{1}件の証明書"},
    [SHOW_NONE_MATCHES] = {"No certificate is like that.",
                           "条件に合う証明書はありません。"},
    [SHOW_CERTIFICATE] = {"Certificate", "証明書"},
    [SHOW_VALID_UNTIL] = {"Valid until", "有効期限"},
    [SHOW_PENDING] = {"Pending", "配備待ち"},
    [SHOW_AUTHORITY] = {"Provider", "認証局"},
    [SHOW_MODE] = {"Mode", "更新方法"},
    [SHOW_LAST_SIGN] = {"Last sign", "前回の発行"},
    [SHOW_LAST_DEPLOY] = {"Last deploy", "前回の配備"},
    [SHOW_NEXT] = {"What happens next", "次の動作"},
    [SHOW_NONE] = {"None", "なし"},
    [SHOW_MORE_NAMES] = {"and {1} more", "ほか{1}件"},
    [SHOW_NO_CONTACT] = {"No contact", "連絡先なし"},
    [SHOW_BY_ITSELF] = {"Automatic", "自動"},
    [SHOW_BY_HAND] = {"Manual", "手動"},
    [SHOW_DEPLOYS_AT_ONCE] = {"Deploys at once", "すぐに配備"},
    [SHOW_DEPLOYS_BY_HAND] = {"Deploys by hand", "手動で配備"},
    [SHOW_DEPLOYS_IN] = {"Deploys {1}", "{1} に配備"},
    [SHOW_PAGES] = {"Pages", "ページ"},
    [SHOW_PAGE_OF] = {"Page {1} of {2}", "{2}ページ中{1}ページ"},
    [SHOW_PAGE_BEFORE] = {"Previous page", "前のページ"},
    [SHOW_PAGE_AFTER] = {"Next page", "次のページ"},

    /* one certificate */
    [SHOW_BACK] = {"All certificates", "すべての証明書"},
    [SHOW_UNKNOWN] = {"No such certificate", "証明書が見つかりません"},
    [SHOW_UNKNOWN_NAME] = {"None is called {1}.",
                           "{1} という名前の証明書はありません。"},
    [SHOW_VALID_TO] = {"Valid until {1}", "{1} まで有効"},
    [SHOW_EXPIRED_AT] = {"Expired {1}", "{1} に期限切れ"},
    [SHOW_NOT_LIVE] = {"No certificate is in use yet.",
                       "使用中の証明書はまだありません。"},
    [SHOW_LIFE] = {"Its life", "有効期間"},
    [SHOW_LIFE_NOW] = {"Now", "現在"},
    [SHOW_LIFE_ISSUED] = {"Valid from", "有効期間の開始"},
    [SHOW_LIFE_RENEWAL] = {"Renewal", "更新"},
    [SHOW_LIFE_DEPLOY] = {"Deployment", "配備"},
    [SHOW_LIFE_EXPIRY] = {"Expires", "有効期限"},
    [SHOW_FACTS] = {"Facts", "詳細"},
    [SHOW_LIVE] = {"In use", "使用中の証明書"},
    [SHOW_SERIAL] = {"Serial number", "シリアル番号"},
    [SHOW_VALID_FROM] = {"Valid from", "有効期間の開始"},
    [SHOW_LIVE_SINCE] = {"Live since", "配信開始"},
    [SHOW_LIVE_BY_RESTART] = {"{1}, by a restart", "{1}（再起動による）"},
    [SHOW_LIVE_BY_HOT] = {"{1}, with no restart", "{1}（再起動なし）"},
    [SHOW_RENEWS_AT] = {"Renewal", "更新予定"},
    [SHOW_ACCOUNT] = {"Contact", "連絡先"},
    [SHOW_KEY] = {"Key", "鍵の種類"},
    [SHOW_SCHEDULE] = {"Deployment", "配備の時期"},
    [SHOW_SUCCEEDED] = {"Last success", "最後の成功"},

    /* its last order, and before */
    [SHOW_FAILURE] = {"What went wrong", "失敗の内容"},
    [SHOW_OWN_WORDS] = {"In the original words", "元のメッセージ"},
    [SHOW_ATTEMPTS] = {"Failed attempts in a row: {1}", "連続した失敗: {1}回"},
    [SHOW_REMEDY] = {"What helps", "対処"},
    [SHOW_NAMES] = {"Names", "ドメイン名"},
    [SHOW_NAME] = {"Name", "ドメイン名"},
    [SHOW_VALIDATION] = {"Validation", "確認状況"},
    [SHOW_CA_SAYS] = {"What the CA says", "認証局の説明"},
    [SHOW_STEPS] = {"Steps of the last order", "前回のオーダーの経過"},
    [SHOW_STEP_DIRECTORY] = {"The CA is asked what it offers",
                             "認証局に機能を問い合わせ"},
    [SHOW_STEP_NONCE] = {"The CA is asked for a nonce",
                         "認証局にノンスを要求"},
    [SHOW_STEP_ACCOUNT] = {"The account is made or found",
                           "アカウントを作成または確認"},
    [SHOW_STEP_NEW_ORDER] = {"The CA is asked for an order",
                             "認証局にオーダーを要求"},
    [SHOW_STEP_AUTHORIZATION] = {"The CA says what it wants to see",
                                 "認証局が確認方法を提示"},
    [SHOW_STEP_PROBE] =
        {"The challenges are published, and looked at from here",
         "チャレンジを公開し、このサーバーから確認"},
    [SHOW_STEP_PORT] = {"The port at which the CA asks is being opened",
                        "認証局が確認に来るポートを開いています"},
    [SHOW_STEP_CHALLENGE] =
        {"The challenges are published, and the CA is asked to look",
         "チャレンジを公開し、認証局に確認を依頼"},
    [SHOW_STEP_ORDER] = {"The CA looks at the challenges, and decides",
                         "認証局がチャレンジを確認して判断"},
    [SHOW_STEP_FINALIZE] = {"All names are validated, the request is sent",
                            "全ドメイン名を確認済み、証明書要求を送信"},
    [SHOW_STEP_ISSUING] = {"The CA issues the certificate",
                           "認証局が証明書を発行中"},
    [SHOW_STEP_CERTIFICATE] = {"The CA has issued, the certificate is fetched",
                               "認証局が発行済み、証明書を取得"},
    [SHOW_STEP_ISSUED] = {"Issued and staged", "発行完了、配備待ち"},
    [SHOW_STEP_FAILED] = {"It failed", "失敗"},
    [SHOW_HISTORY] = {"History", "履歴"},
    [SHOW_HISTORY_AT] = {"When", "日時"},
    [SHOW_HISTORY_WHAT] = {"What", "出来事"},
    [SHOW_HISTORY_MORE] = {"More", "説明"},
    [SHOW_OVER] = {"Over: {1}", "解消: {1}"},
    [SHOW_EVENT_STAGED] = {"Staged", "発行完了"},
    [SHOW_EVENT_DEPLOYED] = {"Deployed", "配備"},
    [SHOW_EVENT_RENEWED] = {"Renewed", "更新"},
    [SHOW_EVENT_FAILED] = {"Failed", "失敗"},
    [SHOW_EVENT_EXPIRING] = {"Expires soon", "期限が近い"},
    [SHOW_EVENT_RENEWAL_DUE] = {"Renewal is due", "更新時期"},
    [SHOW_EVENT_ACTION] = {"Somebody must act", "操作が必要"},
    [SHOW_EVENT_UNREACHABLE] = {"Challenge unreachable",
                                "チャレンジに到達不可"},
    [SHOW_EVENT_ACCOUNT] = {"Account made", "アカウント作成"},
    [SHOW_EVENT_REVOKED] = {"Revoked", "失効"},

    /* acme-edge-manager */
    [SHOW_BUTTON_SIGN] = {"Sign now", "今すぐ発行"},
    [SHOW_BUTTON_SHOW] = {"Show", "内容を表示"},
    [SHOW_BUTTON_DEPLOY] = {"Deploy pending", "配備する"},
    [SHOW_BUTTON_DISCARD] = {"Discard", "破棄する"},
    [SHOW_BUTTON_CHECK] = {"Check", "点検する"},
    [SHOW_ANSWER] = {"Answer", "結果"},
};
static_assert(sizeof(words) / sizeof(words[0]) == SHOW_WORDS,
              "each word is there");

static const char *const codes[] = {
    [AE_ENGLISH] = "en",
    [AE_JAPANESE] = "ja",
};
static_assert(sizeof(codes) / sizeof(codes[0]) == AE_LANGUAGES,
              "each language has a code");

const char *show_word(show_word_t word, ae_language_t language)
{
    return words[word][language];
}

const char *show_language_code(ae_language_t language)
{
    return codes[language];
}
