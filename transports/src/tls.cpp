// SPDX-License-Identifier: Apache-2.0
#include <costrand/transports/tls.hpp>

#include <costrand/core/as_result.hpp>
#include <costrand/core/error.hpp>
#include <costrand/core/notifier.hpp>
#include <costrand/core/stream_ops.hpp>
#include <costrand/core/task_group.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace costrand::transports {
namespace {

class category : public boost::system::error_category {
  public:
    const char *name() const noexcept override { return "tls"; }
    std::string message(int value) const override {
        switch (static_cast<tls_errc>(value)) {
        case tls_errc::certificate_expired:
            return "the certificate is out of its period of validity";
        case tls_errc::certificate_wrong_host:
            return "the certificate is for another host";
        case tls_errc::certificate_not_trusted:
            return "the certificate is not signed by a trusted authority";
        case tls_errc::certificate_rejected:
            return "the certificate is not acceptable";
        case tls_errc::refused_by_peer:
            return "the peer refused the TLS connection";
        case tls_errc::protocol:
            return "TLS protocol error";
        case tls_errc::truncated:
            return "the TLS connection was cut off";
        case tls_errc::bad_configuration:
            return "certificate, key or trust anchors cannot be used";
        }
        return "unknown TLS error";
    }
};

template <auto Free>
struct deleter {
    template <typename T>
    void operator()(T *p) const noexcept {
        Free(p);
    }
};
using context_ptr = std::unique_ptr<SSL_CTX, deleter<SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, deleter<SSL_free>>;
using bio_ptr = std::unique_ptr<BIO, deleter<BIO_free>>;
using x509_ptr = std::unique_ptr<X509, deleter<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>>;

// The newest reason in OpenSSL's queue for this thread; empties the queue.
std::string last_reason() {
    const auto code = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return reason ? reason : "";
}

tls_error failure_of(SSL *ssl) {
    const auto code = ERR_peek_last_error();
    const int reason_code = ERR_GET_REASON(code);
    const bool of_tls = ERR_GET_LIB(code) == ERR_LIB_SSL;
    // The verdict alone proves nothing: a client that trusts anyone has one as well, and goes on.
    if (of_tls && reason_code == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        const long verdict = SSL_get_verify_result(ssl);
        ERR_clear_error();
        const std::string reason = X509_verify_cert_error_string(verdict);
        switch (verdict) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {tls_errc::certificate_expired, reason};
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return {tls_errc::certificate_wrong_host, reason};
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_UNTRUSTED:
            return {tls_errc::certificate_not_trusted, reason};
        default:
            return {tls_errc::certificate_rejected, reason};
        }
    }
    const bool alert =
        of_tls && reason_code >= SSL_AD_REASON_OFFSET && reason_code < SSL_AD_REASON_OFFSET + 256;
    return {alert ? tls_errc::refused_by_peer : tls_errc::protocol, last_reason()};
}

bio_ptr memory_of(std::string_view text) {
    return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<x509_ptr> read_certificates(std::string_view pem) {
    std::vector<x509_ptr> out;
    auto bio = memory_of(pem);
    while (X509 *certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        out.emplace_back(certificate);
    ERR_clear_error(); // the end of the text is reported as an error
    if (out.empty())
        throw tls_error(tls_errc::bad_configuration, "no certificate in the PEM text");
    return out;
}

void require(bool done) {
    if (!done)
        throw tls_error(tls_errc::bad_configuration, last_reason());
}

std::vector<std::byte> der_of(X509 *certificate) {
    const int size = i2d_X509(certificate, nullptr);
    std::vector<std::byte> out(size > 0 ? static_cast<std::size_t>(size) : 0);
    auto *to = reinterpret_cast<unsigned char *>(out.data());
    if (!out.empty())
        i2d_X509(certificate, &to);
    return out;
}

// OpenSSL's place for a verdict of one's own. `judge` is the function of tls_trust.
int ask_judge(X509_STORE_CTX *what, void *judge) {
    const auto *sent = X509_STORE_CTX_get0_untrusted(what);
    std::vector<std::vector<std::byte>> chain;
    for (int i = 0; i < sk_X509_num(sent); ++i)
        chain.push_back(der_of(sk_X509_value(sent, i)));
    const auto &function = *static_cast<decltype(tls_trust::judge) *>(judge);
    const bool good = function && function(chain);
    X509_STORE_CTX_set_error(what, good ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return good ? 1 : 0;
}

void limit_versions(SSL_CTX *context, bool tls13) {
    require(context && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
            SSL_CTX_set_max_proto_version(context, tls13 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1);
}

void use_identity(SSL_CTX *context, std::string_view chain_pem, const core::secret &key_pem) {
    auto chain = read_certificates(chain_pem);
    require(SSL_CTX_use_certificate(context, chain.front().get()) == 1);
    for (std::size_t i = 1; i < chain.size(); ++i)
        require(SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1);
    auto bio = memory_of(key_pem.reveal());
    key_ptr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    require(key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
            SSL_CTX_check_private_key(context) == 1);
}

context_ptr client_context(tls_client_options &options) {
    context_ptr context(SSL_CTX_new(TLS_client_method()));
    limit_versions(context.get(), options.tls13);
    if (!options.certificate_chain_pem.empty())
        use_identity(context.get(), options.certificate_chain_pem, options.private_key_pem);
    auto &trust = options.trust;
    switch (trust.check) {
    case tls_trust::kind::system:
        require(SSL_CTX_set_default_verify_paths(context.get()) == 1);
        break;
    case tls_trust::kind::anchors:
        for (auto &anchor : read_certificates(trust.anchors_pem))
            require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), anchor.get()) == 1);
        break;
    case tls_trust::kind::anyone:
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
        return context;
    case tls_trust::kind::judged:
        SSL_CTX_set_cert_verify_callback(context.get(), ask_judge, &trust.judge);
        break;
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

context_ptr server_context(tls_server_options &options) {
    context_ptr context(SSL_CTX_new(TLS_server_method()));
    limit_versions(context.get(), options.tls13);
    use_identity(context.get(), options.certificate_chain_pem, options.private_key_pem);
    if (options.client_judge) {
        SSL_CTX_set_cert_verify_callback(context.get(), ask_judge, &options.client_judge);
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           nullptr);
        // Without a name for them OpenSSL refuses sessions that a client would resume.
        constexpr unsigned char name[] = {'c'};
        require(SSL_CTX_set_session_id_context(context.get(), name, sizeof name) == 1);
    }
    return context;
}

// Name for SNI and the check; an address is checked only.
void expect_host(SSL *ssl, const std::string &host) {
    error_code not_an_address;
    net::ip::make_address(host, not_an_address);
    if (not_an_address)
        require(SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 &&
                SSL_set1_host(ssl, host.c_str()) == 1);
    else
        require(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1);
}

// Room for one record with its header and overhead.
constexpr std::size_t record_size = 17 * 1024;
constexpr std::size_t plain_size = 16 * 1024;

// The state behind a stream. Shared with the coroutine that writes records below: that one is never
// cancelled in the middle of a record, whoever asked for the flush.
class engine : public std::enable_shared_from_this<engine> {
  public:
    engine(std::unique_ptr<core::byte_stream> below, context_ptr context)
        : below_(std::move(below)),
          context_(std::move(context)),
          ssl_(SSL_new(context_.get())),
          incoming_(BIO_new(BIO_s_mem())),
          outgoing_(BIO_new(BIO_s_mem())),
          flusher_(below_->get_executor()),
          records_(record_size) {
        require(ssl_ && incoming_ && outgoing_);
        SSL_set_bio(ssl_.get(), incoming_, outgoing_); // takes both over
        SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
        // A write that had to wait for a renegotiation could not be told from a failed one.
        SSL_set_options(ssl_.get(), SSL_OP_NO_RENEGOTIATION);
    }

    SSL *ssl() noexcept { return ssl_.get(); }
    core::byte_stream &below() noexcept { return *below_; }

    awaitable<void> handshake() {
        for (;;) {
            ERR_clear_error();
            const int done = SSL_do_handshake(ssl());
            const int why = SSL_get_error(ssl(), done);
            if (done != 1 && why != SSL_ERROR_WANT_READ) {
                const auto failure = failure_of(ssl());
                // Our alert tells the peer why; that it arrives is not worth an error of its own.
                (void)co_await core::as_result(flush());
                throw failure;
            }
            co_await flush();
            if (done == 1)
                co_return;
            if (!co_await fill())
                throw tls_error(tls_errc::truncated, "during the handshake");
        }
    }

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) {
        const int size = static_cast<int>(std::min<std::size_t>(buffer.size(), plain_size));
        for (;;) {
            check_open();
            ERR_clear_error();
            const int n = SSL_read(ssl(), buffer.data(), size);
            const int why = SSL_get_error(ssl(), n);
            if (n > 0) {
                start_flush(); // a key update may want an answer; nobody waits for it
                co_return static_cast<std::size_t>(n);
            }
            if (why == SSL_ERROR_ZERO_RETURN)
                throw system_error(core::end_of_stream);
            if (why != SSL_ERROR_WANT_READ)
                throw failure_of(ssl());
            start_flush();
            if (!co_await fill())
                throw tls_error(tls_errc::truncated, "no close_notify");
        }
    }

    awaitable<std::size_t> write_some(net::const_buffer buffer) {
        check_open();
        const int size = static_cast<int>(std::min<std::size_t>(buffer.size(), plain_size));
        ERR_clear_error();
        const int n = SSL_write(ssl(), buffer.data(), size);
        if (n <= 0)
            throw failure_of(ssl());
        co_await flush();
        co_return static_cast<std::size_t>(n);
    }

    awaitable<void> shutdown() {
        check_open();
        ERR_clear_error();
        if (SSL_shutdown(ssl()) < 0)
            ERR_clear_error(); // nothing can be said to a peer after a fatal alert
        co_await flush();
    }

    void close() noexcept {
        if (!failure_)
            failure_ = core::errc::closed;
        below_->close();
        flushed_.notify_all();
    }

  private:
    void check_open() const {
        if (failure_)
            throw system_error(failure_);
    }

    // Moves bytes from below into OpenSSL. False at the end of the stream.
    awaitable<bool> fill() {
        auto got = co_await core::as_result(below_->read_some(net::buffer(records_)));
        check_open();
        if (!got && got.error() == core::end_of_stream)
            co_return false;
        if (!got)
            throw system_error(got.error());
        BIO_write(incoming_, records_.data(), static_cast<int>(*got));
        co_return true;
    }

    void start_flush() {
        if (flushing_ || BIO_ctrl_pending(outgoing_) == 0)
            return;
        flushing_ = true;
        flusher_.spawn(run_flush(shared_from_this()));
    }

    // Completes when all that is pending now is written below.
    awaitable<void> flush() {
        start_flush();
        const std::uint64_t goal = taken_ + BIO_ctrl_pending(outgoing_);
        while (written_ < goal) {
            check_open();
            co_await flushed_.wait();
        }
    }

    static awaitable<void> run_flush(std::shared_ptr<engine> self) {
        std::vector<char> bytes;
        while (const std::size_t size = BIO_ctrl_pending(self->outgoing_)) {
            bytes.resize(size);
            BIO_read(self->outgoing_, bytes.data(), static_cast<int>(size));
            self->taken_ += size;
            auto sent =
                co_await core::as_result(core::write_all(*self->below_, net::buffer(bytes)));
            if (!sent) {
                if (!self->failure_)
                    self->failure_ = sent.error();
                break;
            }
            self->written_ += size;
            self->flushed_.notify_all();
        }
        self->flushing_ = false;
        self->flushed_.notify_all();
    }

    std::unique_ptr<core::byte_stream> below_;
    context_ptr context_;
    ssl_ptr ssl_;
    BIO *incoming_, *outgoing_; // owned by ssl_
    core::task_group flusher_;
    core::notifier flushed_;
    bool flushing_ = false;
    std::uint64_t taken_ = 0, written_ = 0; // bytes of records, counted from the start
    error_code failure_;
    std::vector<char> records_;
};

class tls_stream : public core::byte_stream {
  public:
    explicit tls_stream(std::shared_ptr<engine> e) : engine_(std::move(e)) {}
    ~tls_stream() override { engine_->close(); }

    awaitable<std::size_t> read_some(net::mutable_buffer buffer) override {
        if (buffer.size() == 0)
            co_return 0;
        co_return co_await engine_->read_some(buffer);
    }
    awaitable<std::size_t> write_some(net::const_buffer buffer) override {
        if (buffer.size() == 0)
            co_return 0;
        co_return co_await engine_->write_some(buffer);
    }
    awaitable<void> shutdown() override { return engine_->shutdown(); }
    void close() noexcept override { engine_->close(); }
    net::any_io_executor get_executor() noexcept override {
        return engine_->below().get_executor();
    }

  private:
    std::shared_ptr<engine> engine_;
};

awaitable<std::unique_ptr<core::byte_stream>> start(std::shared_ptr<engine> e) {
    auto stream = std::make_unique<tls_stream>(e); // closes when the handshake fails
    co_await e->handshake();
    co_return stream;
}

} // namespace

const boost::system::error_category &tls_category() noexcept {
    static const category instance;
    return instance;
}

awaitable<std::unique_ptr<core::byte_stream>> tls_connect(std::unique_ptr<core::byte_stream> below,
                                                          tls_client_options options) {
    auto e = std::make_shared<engine>(std::move(below), client_context(options));
    const bool judged = options.trust.check == tls_trust::kind::judged;
    if (options.trust.check == tls_trust::kind::anyone || judged) {
        // A name is still sent: servers choose their certificate by it.
        error_code not_an_address;
        net::ip::make_address(options.host, not_an_address);
        if (not_an_address && !options.host.empty())
            require(SSL_set_tlsext_host_name(e->ssl(), options.host.c_str()) == 1);
    } else {
        expect_host(e->ssl(), options.host);
    }
    SSL_set_connect_state(e->ssl());
    co_return co_await start(std::move(e));
}

awaitable<std::unique_ptr<core::byte_stream>> tls_accept(std::unique_ptr<core::byte_stream> below,
                                                         tls_server_options options) {
    auto e = std::make_shared<engine>(std::move(below), server_context(options));
    SSL_set_accept_state(e->ssl());
    co_return co_await start(std::move(e));
}

} // namespace costrand::transports
