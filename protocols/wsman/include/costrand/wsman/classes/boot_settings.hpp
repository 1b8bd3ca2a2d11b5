// SPDX-License-Identifier: Apache-2.0
// What AMT can do at a boot, and what it shall do at the next.
#pragma once

#include <costrand/wsman/classes/description.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costrand::wsman::amt {

enum class firmware_verbosity : std::uint32_t {
    system_default = 0,
    quiet_minimal = 1,
    verbose_all = 2,
    screen_blank = 3,
};
constexpr std::string_view texts(firmware_verbosity) {
    return "0 SystemDefault, 1 QuietMinimal, 2 VerboseAll, 3 ScreenBlank";
}

enum class ider_boot_device : std::uint32_t {
    floppy_boot = 0,
    cd_boot = 1,
};
constexpr std::string_view texts(ider_boot_device) {
    return "0 FloppyBoot, 1 CDBoot";
}

// Types in UefiBootParametersArray.
enum class boot_parameter : std::uint32_t {
    ocr_efi_network_device_path = 1,
    ocr_efi_file_device_path = 2,
    ocr_efi_device_path_len = 3,
    ocr_boot_image_hash_sha256 = 4,
    ocr_boot_image_hash_sha384 = 5,
    ocr_boot_image_hash_sha512 = 6,
    ocr_efi_boot_optional_data = 10,
    ocr_https_cert_sync_root_ca = 20,
    ocr_https_cert_server_name = 21,
    ocr_https_server_name_verify_method = 22,
    ocr_https_server_cert_hash_sha256 = 23,
    ocr_https_server_cert_hash_sha384 = 24,
    ocr_https_server_cert_hash_sha512 = 25,
    ocr_https_request_timeout = 30,
    ocr_https_user_name = 40,
    ocr_https_password = 41,
};
constexpr std::string_view texts(boot_parameter) {
    return "1 OCR_EFI_NETWORK_DEVICE_PATH, 2 OCR_EFI_FILE_DEVICE_PATH, "
           "3 OCR_EFI_DEVICE_PATH_LEN, 4 OCR_BOOT_IMAGE_HASH_SHA256, "
           "5 OCR_BOOT_IMAGE_HASH_SHA384, 6 OCR_BOOT_IMAGE_HASH_SHA512, "
           "10 OCR_EFI_BOOT_OPTIONAL_DATA, 20 OCR_HTTPS_CERT_SYNC_ROOT_CA, "
           "21 OCR_HTTPS_CERT_SERVER_NAME, 22 OCR_HTTPS_SERVER_NAME_VERIFY_METHOD, "
           "23 OCR_HTTPS_SERVER_CERT_HASH_SHA256, 24 OCR_HTTPS_SERVER_CERT_HASH_SHA384, "
           "25 OCR_HTTPS_SERVER_CERT_HASH_SHA512, 30 OCR_HTTPS_REQUEST_TIMEOUT, "
           "40 OCR_HTTPS_USER_NAME, 41 OCR_HTTPS_PASSWORD";
}

// BIOSLastStatus: two 16-bit words; the first is 0 ok, 1 in progress, 2 not updated, 0xFFFF
// failed. BIOSPause, BIOSSetup and ReflashBIOS only while no boot source is set; PlatformErase
// only over TLS.
struct boot_setting_data : described<boot_setting_data> {
    static constexpr std::string_view wire_name = "AMT_BootSettingData";

    std::vector<std::int64_t> bios_last_status;
    std::optional<bool> bios_pause;
    std::optional<bool> bios_setup;
    std::optional<std::int64_t> boot_media_index;
    std::optional<std::int64_t> bootguard_status;
    std::optional<bool> configuration_data_reset;
    std::optional<std::string> element_name;
    std::optional<bool> enforce_secure_boot;
    std::optional<amt::firmware_verbosity> firmware_verbosity;
    std::optional<bool> forced_progress_events;
    std::optional<amt::ider_boot_device> ider_boot_device;
    std::optional<std::string> instance_id;
    std::optional<bool> lock_keyboard;
    std::optional<bool> lock_power_button;
    std::optional<bool> lock_reset_button;
    std::optional<bool> lock_sleep_button;
    std::optional<bool> options_cleared;
    std::optional<std::string> owning_entity;
    std::optional<bool> platform_erase;
    std::optional<bool> rpe_enabled;
    std::optional<core::secret> rse_password; // only written
    std::optional<bool> reflash_bios;
    std::optional<bool> secure_boot_control_enabled;
    std::optional<bool> secure_erase;
    std::optional<bool> uefihttps_boot_enabled;
    std::optional<std::string> uefi_boot_parameters_array; // base64 of type, length, value
    std::optional<bool> uefi_local_pba_boot_enabled;
    std::optional<std::int64_t> uefi_boot_number_of_params;
    std::optional<bool> use_ider;
    std::optional<bool> use_sol;
    std::optional<bool> use_safe_mode;
    std::optional<bool> user_password_bypass;
    std::optional<bool> win_re_boot_enabled;

    static consteval auto fields() {
        using s = boot_setting_data;
        return std::array{
            row<&s::bios_last_status>("BIOSLastStatus", field_rule::read_only),
            row<&s::bios_pause>("BIOSPause"),
            row<&s::bios_setup>("BIOSSetup"),
            row<&s::boot_media_index>("BootMediaIndex"),
            row<&s::bootguard_status>("BootguardStatus", field_rule::read_only),
            row<&s::configuration_data_reset>("ConfigurationDataReset"),
            row<&s::element_name>("ElementName"),
            row<&s::enforce_secure_boot>("EnforceSecureBoot"),
            row<&s::firmware_verbosity>("FirmwareVerbosity"),
            row<&s::forced_progress_events>("ForcedProgressEvents"),
            row<&s::ider_boot_device>("IDERBootDevice"),
            row<&s::instance_id>("InstanceID"),
            row<&s::lock_keyboard>("LockKeyboard"),
            row<&s::lock_power_button>("LockPowerButton"),
            row<&s::lock_reset_button>("LockResetButton"),
            row<&s::lock_sleep_button>("LockSleepButton"),
            row<&s::options_cleared>("OptionsCleared", field_rule::read_only),
            row<&s::owning_entity>("OwningEntity"),
            row<&s::platform_erase>("PlatformErase"),
            row<&s::rpe_enabled>("RPEEnabled", field_rule::read_only),
            row<&s::rse_password>("RSEPassword"),
            row<&s::reflash_bios>("ReflashBIOS"),
            row<&s::secure_boot_control_enabled>("SecureBootControlEnabled", field_rule::read_only),
            row<&s::secure_erase>("SecureErase"),
            row<&s::uefihttps_boot_enabled>("UEFIHTTPSBootEnabled", field_rule::read_only),
            row<&s::uefi_boot_parameters_array>("UefiBootParametersArray"),
            row<&s::uefi_boot_parameters_array>("UEFIBootParametersArray",
                                                field_rule::other_spelling),
            row<&s::uefi_local_pba_boot_enabled>("UEFILocalPBABootEnabled", field_rule::read_only),
            row<&s::uefi_boot_number_of_params>("UefiBootNumberOfParams"),
            row<&s::use_ider>("UseIDER"),
            row<&s::use_sol>("UseSOL"),
            row<&s::use_safe_mode>("UseSafeMode"),
            row<&s::user_password_bypass>("UserPasswordBypass"),
            row<&s::win_re_boot_enabled>("WinREBootEnabled", field_rule::read_only)};
    }
};

struct boot_capabilities : described<boot_capabilities> {
    static constexpr std::string_view wire_name = "AMT_BootCapabilities";

    std::optional<std::string> instance_id;
    std::optional<std::string> element_name;
    std::optional<bool> ider;
    std::optional<bool> sol;
    std::optional<bool> bios_reflash;
    std::optional<bool> bios_setup;
    std::optional<bool> bios_pause;
    std::optional<bool> force_pxe_boot;
    std::optional<bool> force_hard_drive_boot;
    std::optional<bool> force_hard_drive_safe_mode_boot;
    std::optional<bool> force_diagnostic_boot;
    std::optional<bool> force_cd_or_dvd_boot;
    std::optional<bool> verbosity_screen_blank;
    std::optional<bool> power_button_lock;
    std::optional<bool> reset_button_lock;
    std::optional<bool> keyboard_lock;
    std::optional<bool> sleep_button_lock;
    std::optional<bool> user_password_bypass;
    std::optional<bool> forced_progress_events;
    std::optional<bool> verbosity_verbose;
    std::optional<bool> verbosity_quiet;
    std::optional<bool> configuration_data_reset;
    std::optional<bool> bios_secure_boot;
    std::optional<bool> secure_erase;
    std::optional<bool> force_win_re_boot;
    std::optional<bool> force_uefipba_boot;
    std::optional<bool> force_uefihttps_boot;
    std::optional<bool> amt_secure_boot_control;
    std::optional<bool> uefi_wifi_co_existence_and_profile_share;
    std::optional<std::int64_t> platform_erase;

    static consteval auto fields() {
        using s = boot_capabilities;
        return std::array{
            row<&s::instance_id>("InstanceID"),
            row<&s::element_name>("ElementName"),
            row<&s::ider>("IDER"),
            row<&s::sol>("SOL"),
            row<&s::bios_reflash>("BIOSReflash"),
            row<&s::bios_setup>("BIOSSetup"),
            row<&s::bios_pause>("BIOSPause"),
            row<&s::force_pxe_boot>("ForcePXEBoot"),
            row<&s::force_hard_drive_boot>("ForceHardDriveBoot"),
            row<&s::force_hard_drive_safe_mode_boot>("ForceHardDriveSafeModeBoot"),
            row<&s::force_diagnostic_boot>("ForceDiagnosticBoot"),
            row<&s::force_cd_or_dvd_boot>("ForceCDorDVDBoot"),
            row<&s::verbosity_screen_blank>("VerbosityScreenBlank"),
            row<&s::power_button_lock>("PowerButtonLock"),
            row<&s::reset_button_lock>("ResetButtonLock"),
            row<&s::keyboard_lock>("KeyboardLock"),
            row<&s::sleep_button_lock>("SleepButtonLock"),
            row<&s::user_password_bypass>("UserPasswordBypass"),
            row<&s::forced_progress_events>("ForcedProgressEvents"),
            row<&s::verbosity_verbose>("VerbosityVerbose"),
            row<&s::verbosity_quiet>("VerbosityQuiet"),
            row<&s::configuration_data_reset>("ConfigurationDataReset"),
            row<&s::bios_secure_boot>("BIOSSecureBoot"),
            row<&s::secure_erase>("SecureErase"),
            row<&s::force_win_re_boot>("ForceWinREBoot"),
            row<&s::force_uefipba_boot>("ForceUEFIPBABoot"),
            row<&s::force_uefihttps_boot>("ForceUEFIHTTPSBoot"),
            row<&s::amt_secure_boot_control>("AMTSecureBootControl"),
            row<&s::uefi_wifi_co_existence_and_profile_share>("UEFIWiFiCoExistenceAndProfileShare"),
            row<&s::platform_erase>("PlatformErase")};
    }
};

} // namespace costrand::wsman::amt
