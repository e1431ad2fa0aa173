"""The table of the till's pages."""

from jifen.site.routing import TILL, get, post
from jifen.site.till import paying, receipt, reporting, returning, today, vouching

ROUTES = (
    get("/till", "till", paying.show, TILL, key="till_pay"),
    get("/till/stores", "till.stores", paying.stores, TILL, key="till_pay"),
    post("/till/stores", "till.choose", paying.choose, TILL, key="till_pay"),
    get("/till/member", "till.member_again", paying.again, TILL, key="till_pay"),
    post("/till/member", "till.member", paying.identify, TILL, key="till_pay"),
    get("/till/quote", "till.quote_again", paying.again, TILL, key="till_pay"),
    post("/till/quote", "till.quote", paying.quote, TILL, key="till_pay", audited=False),
    get("/till/pay", "till.pay_again", paying.again, TILL, key="till_pay"),
    post("/till/pay", "till.pay", paying.pay, TILL, key="till_pay"),
    get("/till/receipts/{id}", "till.receipt", receipt.show, TILL, key="till_pay"),
    get("/till/return", "till.return", returning.show, TILL, key="till_back"),
    post("/till/return", "till.look", returning.look, TILL, key="till_back"),
    get("/till/return/quote", "till.preview_again", returning.show, TILL, key="till_back"),
    post("/till/return/quote", "till.preview", returning.preview, TILL, key="till_back", audited=False),
    get("/till/return/back", "till.back_again", returning.show, TILL, key="till_back"),
    post("/till/return/back", "till.back", returning.make, TILL, key="till_back"),
    get("/till/vouchers", "till.vouchers", vouching.show, TILL, key="till_vouchers"),
    post("/till/vouchers", "till.check", vouching.check, TILL, key="till_vouchers"),
    post("/till/orders/{id}/{step}", "till.step", vouching.step, TILL, key="till_vouchers"),
    get("/till/today", "till.today", today.show, TILL, key="till_today"),
    get("/till/pulse", "till.pulse", reporting.pulse, TILL),
    post("/till/offline", "till.report", reporting.report, TILL, key="till_pay"),
)
